import { servingV1, stimulusV1 } from '@oblique/contracts';

/** `text`: what the paper's words say. `code`: what the authors' notebooks do. */
export type Protocol = 'text' | 'code';

/** What the two protocols do differently. */
interface ProtocolChoices {
  readonly stretch: stimulusV1.Stretch;
  readonly shuffle: servingV1.Derivation;
  readonly shuffleInWords: string;
  /** Orientations and phases in degrees. */
  readonly angles: (count: number) => number[];
  readonly phases: (count: number) => number[];
  /** Paragraphs for the report. */
  readonly methods: readonly string[];
}

const DERIVATIVE =
  'D is computed from the exact derivative of the network with respect to orientation (one forward-mode ' +
  "Jacobian-vector product for all layers), as the paper's text describes. The authors' notebooks take central finite " +
  'differences of 0.02 rad instead, which underestimate D in deep layers; the analysis errata shows by how much.';

export const PROTOCOLS: Readonly<Record<Protocol, ProtocolChoices>> = {
  text: {
    stretch: stimulusV1.Stretch.STRETCH_NONE,
    shuffle: servingV1.Derivation.DERIVATION_SHUFFLED_WITHIN_TENSOR,
    shuffleInWords: 'every weight tensor permuted within itself',
    angles: (count) => Array.from({ length: count }, (_, k) => (180 * k) / count),
    phases: (count) => Array.from({ length: count }, (_, k) => -180 + (360 * k) / count),
    methods: [
      "Protocol text: the Gabor's values in [-1, 1] are taken to be in the network's normalised units already. " +
        'Orientations tile [0, 180) and phases [-180, 180) degrees, end points excluded. Curves show D, averaged over ' +
        'phases and divided by its mean over orientations, so that a flat curve lies at 1.',
      DERIVATIVE,
      'Layers are blocks: residual blocks, activations after linear and pooling layers, transformer blocks.',
    ],
  },
  code: {
    stretch: stimulusV1.Stretch.STRETCH_MINMAX,
    shuffle: servingV1.Derivation.DERIVATION_SHUFFLED_OUTPUT_CHANNELS,
    shuffleInWords: 'output channels permuted separately at every kernel position',
    angles: (count) => linspaceInclusive(count),
    phases: (count) => linspaceInclusive(count),
    methods: [
      'Protocol code: each image is stretched to [-1, 1] by its own minimum and maximum (differentiated through), then ' +
        "normalised with ImageNet's mean and standard deviation. Orientations and phases run from 0 to 180 degrees with " +
        'both ends, so that 0 and 180 are the same orientation with other phases. Curves show the square root of D ' +
        'divided by its sum over orientations. The stretch undoes contrast, so the Gabor grid has one contrast.',
      DERIVATIVE,
      "Of the notebooks' ten children of ResNet18, conv1 is left out and bn1 and relu, which record the same values " +
        'there (ReLU in place), are one layer; of the 44 modules of VGG16-bn and the 12 of AlexNet only activations ' +
        'after ReLU and pooling are measured, for the same reason. No code for the transformer was published: its ' +
        'blocks are measured.',
    ],
  },
};

export function anglesOf(protocol: Protocol, count: number): number[] {
  return PROTOCOLS[protocol].angles(count);
}

/** The notebooks' layers of the built-in architectures, as far as they are measured. */
const CODE_LAYERS: Readonly<Record<string, readonly string[]>> = {
  resnet18: ['conv1.relu', 'maxpool', 'layer1.1', 'layer2.1', 'layer3.1', 'layer4.1', 'avgpool', 'fc'],
  vgg16_bn: ['features.*'],
  alexnet: ['features.*'],
  alexnet_nonoverlapping: ['features.*'],
  alexnet_strided: ['features.*'],
};

/** What `auto` means for a network under a protocol. */
export function layerSelectors(
  protocol: Protocol,
  architecture: string | undefined,
  selectors: readonly string[],
): readonly string[] {
  const isAuto = selectors.length === 1 && selectors[0] === 'auto';
  const code = protocol === 'code' && architecture !== undefined ? CODE_LAYERS[architecture] : undefined;
  return isAuto && code !== undefined ? code : selectors;
}

function linspaceInclusive(count: number): number[] {
  return count === 1 ? [0] : Array.from({ length: count }, (_, k) => (180 * k) / (count - 1));
}
