import type { ArtifactStore } from '@oblique/artifacts';
import type { stimulusV1 } from '@oblique/contracts';
import { IMAGENET, preprocessingProgram } from '@oblique/networks';
import { compose, renameTensors, writeProgram, type Program } from '@oblique/onnx';
import { ServiceError, unary, type UnaryHandler } from '@oblique/service';
import { compileStimulus } from '@oblique/stimuli';
import { readDrawnStimulus } from './drawnStimulus.js';

/** CompileStimulus: the program of a specification, with ImageNet's normalisation behind it where asked. */
export function compileStimulusHandler(
  store: ArtifactStore,
): UnaryHandler<stimulusV1.CompileStimulusRequest, stimulusV1.CompileStimulusResponse> {
  return unary(async (request) => {
    const { family, widthPixels, heightPixels, stretch, input } = readDrawnStimulus(request.stimulus);
    if (input === 'model') {
      throw new ServiceError(
        'INVALID_ARGUMENT',
        'Input encoding MODEL is the preprocessing of a network, and compiling a stimulus involves none. Use DIRECT or IMAGENET; MeasureSensitivity of the serving service accepts MODEL.',
        { field: 'stimulus.input' },
      );
    }
    const plain = compileStimulus({ family, widthPixels, heightPixels, stretch });
    const program = await store.put(
      'stimulus.onnx',
      writeProgram(input === 'imagenet' ? normalised(plain) : plain),
      {
        step: 'stimulus.compile',
        version: '1',
        parameters: { family: family.name, widthPixels, heightPixels, stretch, input },
        inputs: [],
      },
    );
    return { program };
  });
}

/** The same inputs; the output `image` is (image − mean) / std with ImageNet's mean and standard deviation. */
function normalised(stimulus: Program): Program {
  const composed = compose(stimulus, preprocessingProgram(IMAGENET), { image: 'image' });
  const output = composed.outputs[0]?.name;
  return {
    ...renameTensors(composed, (name) => (name === output ? 'image' : name)),
    name: stimulus.name,
    outputs: stimulus.outputs,
    metadata: stimulus.metadata,
  };
}
