export { readGrid, readStimulus, readVariable, type RequestedStimulus } from './readStimulus.js';
export { refusal, refusing, refusingAsync } from './refusing.js';
export { stimulusMessage } from './stimulusMessage.js';
