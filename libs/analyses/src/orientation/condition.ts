import { ARCHITECTURES } from '@oblique/networks';
import { InvalidParametersError, type Services } from '@oblique/study';
import type { OrientationParameters } from './orientationParameters.js';
import { PROTOCOLS } from './protocols.js';

const UNTRAINED_PREFIX = 'untrained:';

/** A network as it stands in the parameter `networks`. */
export type NetworkSource =
  /** Built from a seed: untrained. */
  | { readonly kind: 'architecture'; readonly label: string; readonly architecture: string }
  /** Held by the serving service: taken as it is given. */
  | { readonly kind: 'model'; readonly label: string; readonly model: string };

/** One network of a condition: steps that make it and measure it. */
export interface Member {
  readonly label: string;
  /** Absent for a network that is taken as it is given. */
  readonly seed?: number;
  readonly modelStep: string;
  readonly measureStep: string;
  readonly curvesStep: string;
}

/** A network in one state; its members differ in their seed only and are averaged. */
export interface Condition {
  readonly label: string;
  /** The label as ids of claims and figures carry it; unique in its run. */
  readonly slug: string;
  readonly source: NetworkSource;
  readonly state: 'given' | 'untrained' | 'shuffled';
  readonly members: readonly [Member, ...Member[]];
}

export function networkSource(network: string): NetworkSource {
  const architecture = network.startsWith(UNTRAINED_PREFIX)
    ? network.slice(UNTRAINED_PREFIX.length)
    : network;
  if (isArchitecture(architecture)) return { kind: 'architecture', label: architecture, architecture };
  return { kind: 'model', label: shortName(network), model: network };
}

/** Every condition that the parameters ask for, network by network. */
export function conditionsOf(
  parameters: Pick<OrientationParameters, 'networks' | 'seeds' | 'controls' | 'protocol'>,
): Condition[] {
  const { networks, seeds, controls, protocol } = parameters;
  const conditions = networks.flatMap((network): Omit<Condition, 'slug'>[] => {
    const source = networkSource(network);
    const overSeeds = (state: 'untrained' | 'shuffled', words: string): Omit<Condition, 'slug'> => {
      const [first, ...others] = seeds.map((seed) => member(`${source.label} ${words} seed ${seed}`, seed));
      if (first === undefined) throw new RangeError('At least one seed is needed.');
      return { label: `${source.label} (${words})`, source, state, members: [first, ...others] };
    };
    if (source.kind === 'architecture') return [overSeeds('untrained', 'untrained')];
    const given: Omit<Condition, 'slug'> = {
      label: source.label,
      source,
      state: 'given',
      members: [member(source.label)],
    };
    if (!controls) return [given];
    return [given, overSeeds('untrained', 'untrained'), overSeeds('shuffled', `shuffled, ${protocol}`)];
  });
  const slugs = slugsOf(conditions.map(({ label }) => label));
  return conditions.map((condition, index) => ({ ...condition, slug: slugs[index] ?? condition.label }));
}

/** Conditions that are measured with every Gabor of the grid: each network itself, with its first seed. */
export function gridConditions(
  { gaborGrid: wanted }: OrientationParameters,
  conditions: readonly Condition[],
): readonly Condition[] {
  return wanted
    ? conditions.filter(({ source, state }) => state === 'given' || source.kind === 'architecture')
    : [];
}

/**
 * Checks the networks against what the serving service holds.
 * @throws InvalidParametersError for a network that nobody knows, or a name that could mean two.
 */
export async function checkNetworks(
  analysis: string,
  networks: readonly string[],
  { serving }: Services,
  signal: AbortSignal,
): Promise<void> {
  const { models } = await serving.listModels({}, { signal, deadlineMs: 30_000 });
  const registered = new Set(models.map(({ name }) => name));
  const violations = networks.flatMap((network, index) => {
    const field = `networks[${index}]`;
    if (network.startsWith(UNTRAINED_PREFIX)) {
      const architecture = network.slice(UNTRAINED_PREFIX.length);
      return isArchitecture(architecture)
        ? []
        : [
            {
              field,
              description: `there is no built-in architecture "${architecture}"; there are ${architectures()}`,
            },
          ];
    }
    if (network.startsWith('sha256:')) return [];
    if (isArchitecture(network)) {
      return registered.has(network)
        ? [
            {
              field,
              description:
                `"${network}" is both a model that was added and a built-in architecture: write ` +
                `"${UNTRAINED_PREFIX}${network}" for the built-in one, or the digest of the model`,
            },
          ]
        : [];
    }
    return registered.has(network)
      ? []
      : [
          {
            field,
            description:
              `no model is called "${network}", and it is no built-in architecture. Models: ` +
              `${[...registered].sort().join(', ') || 'none'}; architectures: ${architectures()}`,
          },
        ];
  });
  const labels = networks.map((network) => networkSource(network).label);
  const twice = labels.findIndex((label, index) => labels.indexOf(label) !== index);
  if (twice >= 0) {
    violations.push({ field: `networks[${twice}]`, description: `"${labels[twice] ?? ''}" is named twice` });
  }
  if (violations.length > 0) throw new InvalidParametersError(analysis, violations);
}

/** How the network came to be, in a sentence for the report. */
export function describeCondition(
  { source, state, members }: Condition,
  { protocol }: Pick<OrientationParameters, 'protocol'>,
): string {
  const seeds = members.flatMap(({ seed }) => seed ?? []).join(', ');
  if (source.kind === 'architecture') {
    return `Built-in architecture ${source.architecture} with PyTorch's default initialisation, untrained; seeds ${seeds}.`;
  }
  switch (state) {
    case 'given':
      return 'As it was given; how it was trained is not known to Oblique.';
    case 'untrained':
      return `The untrained twin of ${source.label}: every weight initialised as PyTorch does by default; seeds ${seeds}.`;
    case 'shuffled':
      return `${source.label} with ${PROTOCOLS[protocol].shuffleInWords}; seeds ${seeds}.`;
  }
}

/** Labels as ids can carry them, each different from the others. */
export function slugsOf(labels: readonly string[]): string[] {
  const taken = new Set<string>();
  return labels.map((label) => {
    const plain = slugOf(label);
    let slug = plain;
    for (let count = 2; taken.has(slug); count++) slug = `${plain}-${count}`;
    taken.add(slug);
    return slug;
  });
}

function slugOf(label: string): string {
  const plain = label
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return plain.slice(0, 48) || 'network';
}

function member(label: string, seed?: number): Member {
  return {
    label,
    ...(seed === undefined ? {} : { seed }),
    modelStep: `model ${label}`,
    measureStep: `measure ${label}`,
    curvesStep: `curves ${label}`,
  };
}

function isArchitecture(name: string): boolean {
  return ARCHITECTURES.some((architecture) => architecture.name === name);
}

function architectures(): string {
  return ARCHITECTURES.map(({ name }) => name).join(', ');
}

function shortName(network: string): string {
  return network.startsWith('sha256:') ? network.slice(0, 'sha256:'.length + 12) : network;
}
