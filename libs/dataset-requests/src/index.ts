export { readAugmentation } from './readAugmentation.js';
export { readDataset, type RequestedDataset, type RequestedGratings } from './readDataset.js';
export { readTask } from './readTask.js';
export { skippedMessage } from './skippedMessage.js';
