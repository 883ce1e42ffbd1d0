import { stimulusV1 } from '@oblique/contracts';
import { unary, type UnaryHandler } from '@oblique/service';
import { FAMILIES, type InputEncoding, type StimulusFamily } from '@oblique/stimuli';

const INPUTS: Readonly<Record<InputEncoding, stimulusV1.InputEncoding>> = {
  direct: stimulusV1.InputEncoding.INPUT_ENCODING_DIRECT,
  imagenet: stimulusV1.InputEncoding.INPUT_ENCODING_IMAGENET,
  model: stimulusV1.InputEncoding.INPUT_ENCODING_MODEL,
};

/** ListFamilies: every family with its parameters, units, ranges and defaults. */
export function listFamiliesHandler(): UnaryHandler<
  stimulusV1.ListFamiliesRequest,
  stimulusV1.ListFamiliesResponse
> {
  const response = { families: FAMILIES.map(familyMessage) };
  return unary(() => Promise.resolve(response));
}

function familyMessage({
  name,
  description,
  formula,
  parameters,
  defaultInput,
  valueRange,
}: StimulusFamily): stimulusV1.Family {
  return {
    name,
    description,
    formula,
    parameters: parameters.map((parameter) => ({
      name: parameter.name,
      description: parameter.description,
      unit: parameter.unit,
      derivativeUnit: parameter.derivativeUnit,
      minimum: parameter.minimum,
      maximum: parameter.maximum,
      defaultValue: parameter.default,
      period: parameter.period,
      sweep: [...parameter.sweep],
    })),
    defaultInput: INPUTS[defaultInput],
    blackValue: valueRange[0],
    whiteValue: valueRange[1],
  };
}
