export { hueDiscrimination, type HueDiscrimination } from './hueDiscrimination.js';
