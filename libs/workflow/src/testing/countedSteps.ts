import type { Json } from '@oblique/artifacts';
import type { Step, StepContext } from '../step.js';

/** For tests: a step that joins the texts of the steps before it, and tells when it computes. */
export function countedStep(
  id: string,
  needs: readonly string[],
  onCompute: (id: string, context: StepContext) => void | Promise<void>,
  parameters: Json = { text: id },
): Step {
  return {
    id,
    description: `writes ${id}`,
    step: 'test.join',
    version: '1',
    parameters,
    needs,
    run: async (context) => {
      await onCompute(id, context);
      const before = await Promise.all(
        needs.map(async (need) =>
          new TextDecoder().decode(await context.store.get(context.needed.result(need, 'text').digest)),
        ),
      );
      const text = [...before, JSON.stringify(context.parameters)].join('\n');
      const ref = await context.store.put('text', new TextEncoder().encode(text), {
        step: 'test.join',
        version: '1',
        parameters: context.parameters,
        inputs: needs.map((need) => context.needed.result(need, 'text')),
      });
      return { results: [ref], value: { length: text.length } };
    },
  };
}
