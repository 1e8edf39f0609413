// The special ids of core, again: a peer that is timed from its start must not load core for three numbers.

export const PAD_ID = 0
export const SOS_ID = 2
export const EOS_ID = 3
