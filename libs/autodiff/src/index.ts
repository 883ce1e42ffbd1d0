export { gradient, gradientName, type GradientOptions } from './gradient.js';
export { jvp, tangentName, unsupportedNodes, type JvpOptions } from './jvp.js';
export { JVP_RULES } from './jvpRules.js';
export { TRANSPOSE_RULES } from './transposeRules.js';
export { UnsupportedOperatorError } from './unsupportedOperatorError.js';
