/** The bytes are not an ONNX model that Oblique can hold; the message says what was found where. */
export class MalformedProgramError extends Error {
  override readonly name = 'MalformedProgramError';
}
