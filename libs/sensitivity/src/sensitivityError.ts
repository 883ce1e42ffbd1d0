/** What a measurement asked for that cannot be; `field` names the part of the request. */
export class SensitivityError extends Error {
  override readonly name: string = 'SensitivityError';

  constructor(
    readonly field: 'model' | 'size' | 'input' | 'layers' | 'derivative',
    message: string,
  ) {
    super(message);
  }
}

/** The network gave a value that is no number, so D is none either. */
export class NonFiniteSensitivityError extends SensitivityError {
  override readonly name = 'NonFiniteSensitivityError';
}
