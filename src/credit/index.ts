// Whole-park credit's front door.
export { drawDown } from './operations/draw-down.ts';
export { openAgreement } from './operations/open-agreement.ts';
export { openLine } from './operations/open-line.ts';
export { openSegment } from './operations/open-segment.ts';
