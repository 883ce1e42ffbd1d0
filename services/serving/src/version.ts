/** Version of what this service computes: raised when the same request would give other networks or other numbers. */
export const VERSION = '3';
