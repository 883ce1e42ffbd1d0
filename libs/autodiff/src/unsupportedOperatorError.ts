import type { Node } from '@oblique/onnx';

/** Operators on the differentiated path that have no rule; the message names them and lists what is supported. */
export class UnsupportedOperatorError extends Error {
  override readonly name = 'UnsupportedOperatorError';
  readonly nodes: readonly Node[];
  readonly supported: readonly string[];

  constructor(nodes: readonly Node[], supported: readonly string[]) {
    const list = nodes
      .map(({ op, domain, name }) => `${op} (node ${name}, domain ${domain || 'ai.onnx'})`)
      .join('; ');
    super(
      `No derivative rule for ${list}. Supported, in domain ai.onnx: ${supported.toSorted().join(', ')}. ` +
        'BatchNormalization is supported in inference mode.',
    );
    this.nodes = nodes;
    this.supported = supported;
  }
}
