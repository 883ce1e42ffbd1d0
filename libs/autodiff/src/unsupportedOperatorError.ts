import type { Node } from '@oblique/onnx';

/** A node that cannot be differentiated, and why; no reason where there is simply no rule for its operator. */
export interface Unsupported {
  readonly node: Node;
  readonly reason?: string;
}

/** Nodes on the differentiated path that cannot be differentiated; the message names them and says what is supported. */
export class UnsupportedOperatorError extends Error {
  override readonly name = 'UnsupportedOperatorError';
  readonly nodes: readonly Node[];
  readonly supported: readonly string[];

  constructor(problems: readonly Unsupported[], supported: readonly string[]) {
    const place = ({ op, domain, name }: Node): string =>
      `${op} (node ${name}, domain ${domain || 'ai.onnx'})`;
    const unknown = problems.filter(({ reason }) => reason === undefined);
    const reasons = problems.flatMap(({ node, reason }) =>
      reason === undefined ? [] : [`${place(node)} cannot be differentiated: ${reason}`],
    );
    const list = unknown.map(({ node }) => place(node)).join('; ');
    const rules = `Supported, in domain ai.onnx: ${supported.toSorted().join(', ')}.`;
    super([...(list === '' ? [] : [`No derivative rule for ${list}. ${rules}`]), ...reasons].join(' '));
    this.nodes = problems.map(({ node }) => node);
    this.supported = supported;
  }
}
