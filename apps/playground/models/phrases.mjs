import { draws } from './draws.mjs'
import { setPhrases } from './set-phrases.mjs'

/** Who does it: English, whether the verb ends in s, "do", Bengali, and which ending the Bengali verb takes. */
const subjects = [
  { english: 'I', third: false, bengali: 'আমি', ending: 0, object: ['me', 'আমাকে'] },
  { english: 'you', third: false, bengali: 'তুমি', ending: 1, object: ['you', 'তোমাকে'] },
  { english: 'he', third: true, bengali: 'সে', ending: 2, object: ['him', 'তাকে'] },
  { english: 'we', third: false, bengali: 'আমরা', ending: 0, object: ['us', 'আমাদের'] },
  { english: 'they', third: false, bengali: 'তারা', ending: 2, object: ['them', 'তাদের'] },
  { english: 'my mother', third: true, bengali: 'আমার মা', ending: 2, object: ['my mother', 'আমার মাকে'] },
  { english: 'my friend', third: true, bengali: 'আমার বন্ধু', ending: 2, object: ['my friend', 'আমার বন্ধুকে'] },
  { english: 'the boy', third: true, bengali: 'ছেলেটি', ending: 2, object: ['the boy', 'ছেলেটিকে'] },
  { english: 'the girl', third: true, bengali: 'মেয়েটি', ending: 2, object: ['the girl', 'মেয়েটিকে'] },
]

const people = subjects.map(({ object }) => object)
const food = [
  ['rice', 'ভাত'],
  ['fish', 'মাছ'],
  ['bread', 'রুটি'],
  ['mangoes', 'আম'],
  ['sweets', 'মিষ্টি'],
]
const drinks = [
  ['tea', 'চা'],
  ['milk', 'দুধ'],
  ['water', 'পানি'],
]
const texts = [
  ['books', 'বই'],
  ['letters', 'চিঠি'],
  ['poems', 'কবিতা'],
  ['stories', 'গল্প'],
]
const things = [
  ['flowers', 'ফুল'],
  ['birds', 'পাখি'],
  ['the moon', 'চাঁদ'],
  ['the river', 'নদী'],
]
const sounds = [
  ['songs', 'গান'],
  ['stories', 'গল্প'],
]

/** English without and with s; Bengali for আমি, তুমি and সে; what it is done to. */
const verbs = [
  { english: ['love', 'loves'], bengali: ['ভালোবাসি', 'ভালোবাসো', 'ভালোবাসে'], objects: [...people, ...things] },
  { english: ['see', 'sees'], bengali: ['দেখি', 'দেখো', 'দেখে'], objects: [...people, ...things] },
  { english: ['know', 'knows'], bengali: ['চিনি', 'চেনো', 'চেনে'], objects: people },
  { english: ['call', 'calls'], bengali: ['ডাকি', 'ডাকো', 'ডাকে'], objects: people },
  { english: ['help', 'helps'], bengali: ['সাহায্য করি', 'সাহায্য করো', 'সাহায্য করে'], objects: people },
  { english: ['eat', 'eats'], bengali: ['খাই', 'খাও', 'খায়'], objects: food },
  { english: ['drink', 'drinks'], bengali: ['খাই', 'খাও', 'খায়'], objects: drinks },
  { english: ['want', 'wants'], bengali: ['চাই', 'চাও', 'চায়'], objects: [...food, ...drinks, ...texts] },
  { english: ['buy', 'buys'], bengali: ['কিনি', 'কেনো', 'কেনে'], objects: [...food, ...drinks, ...texts] },
  { english: ['read', 'reads'], bengali: ['পড়ি', 'পড়ো', 'পড়ে'], objects: texts },
  { english: ['write', 'writes'], bengali: ['লিখি', 'লেখো', 'লেখে'], objects: texts },
  { english: ['hear', 'hears'], bengali: ['শুনি', 'শোনো', 'শোনে'], objects: sounds },
]

/** When: English after the sentence, Bengali after who does it. */
const times = [
  ['', ''],
  ['', ''],
  ['every day', 'প্রতিদিন'],
  ['today', 'আজ'],
  ['now', 'এখন'],
]

const forms = {
  statement: ({ who, verb, what, when }) => ({
    source: `${who.english} ${verb.english[who.third ? 1 : 0]} ${what[0]} ${when[0]}`,
    target: `${who.bengali} ${when[1]} ${what[1]} ${verb.bengali[who.ending]}`,
    end: ['.', '।'],
  }),
  denial: ({ who, verb, what, when }) => ({
    source: `${who.english} ${who.third ? 'does' : 'do'} not ${verb.english[0]} ${what[0]} ${when[0]}`,
    target: `${who.bengali} ${when[1]} ${what[1]} ${verb.bengali[who.ending]} না`,
    end: ['.', '।'],
  }),
  question: ({ who, verb, what, when }) => ({
    source: `${who.third ? 'does' : 'do'} ${who.english} ${verb.english[0]} ${what[0]} ${when[0]}`,
    target: `${who.bengali} কি ${when[1]} ${what[1]} ${verb.bengali[who.ending]}`,
    end: ['?', '?'],
  }),
}

/** Everyday sentences in English and Bengali: one in four a set phrase, the others of a small grammar ("I love you."). */
export function phrasePairs(count, seed) {
  const draw = draws(seed, 'phrases')
  return Array.from({ length: count }, () => {
    if (draw.pick([true, false, false, false])) return draw.pick(setPhrases)
    const who = draw.pick(subjects)
    const verb = draw.pick(verbs)
    const others = verb.objects.filter((object) => object !== who.object)
    const form = forms[draw.pick(Object.keys(forms))]
    const { source, target, end } = form({ who, verb, what: draw.pick(others), when: draw.pick(times) })
    return { source: sentence(source, end[0]), target: sentence(target, end[1]) }
  })
}

/** One space between words, a capital at the start, and its end. */
function sentence(text, end) {
  const words = text.trim().replace(/ +/g, ' ')
  return `${words[0].toUpperCase()}${words.slice(1)}${end}`
}
