export { jvp, tangentName, unsupportedNodes, type JvpOptions } from './jvp.js';
export { JVP_RULES } from './jvpRules.js';
export { UnsupportedOperatorError } from './unsupportedOperatorError.js';
