/** The parts of the command that a program of one's own may want: see the README. */
export { attentionPicture } from './attention-picture.ts'
export type { Disk } from './storage/disk.ts'
export { diskStore } from './storage/disk-store.ts'
export type { TrainingProgress, TrainingProgressOptions } from './training/training-progress.ts'
export { trainingProgress } from './training/training-progress.ts'
