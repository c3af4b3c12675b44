import { DataError } from '../../errors';
import { openSafetensors, type SafetensorsFile } from '../../files/safetensors';

/** The tensors of a convolution and its batch normalization. */
export interface ConvolutionWeights {
  /** [outputs, inputs, kernel, kernel] */
  readonly weight: Float32Array | Float64Array;
  /** The normalization's factor, [outputs]. */
  readonly scale: Float32Array | Float64Array;
  /** The normalization's summand, [outputs]. */
  readonly shift: Float32Array | Float64Array;
  /** Running mean, [outputs]. */
  readonly mean: Float32Array | Float64Array;
  /** Running variance, [outputs]. */
  readonly variance: Float32Array | Float64Array;
}

/** An open checkpoint of a ResNet-50. */
interface ResNet50Weights {
  /** Whose names the file uses. */
  readonly library: string;
  /** Reads the tensors of one of `RESNET50_CONVOLUTIONS`. */
  read(convolution: ResNetConvolution): Promise<ConvolutionWeights>;
  /** Closes the file. */
  close(): Promise<void>;
}

const NORM_PARTS = ['weight', 'bias', 'running_mean', 'running_var'] as const;

/**
 * Opens a safetensors checkpoint of a ResNet-50 under torchvision's, timm's or Hugging Face's names, and checks all of them.
 *
 * The classifier may be there or not; it is not read.
 *
 * @throws {@link DataError} when tensors are missing, unexpected or misshapen: names each of them.
 */
export async function openResNet50Weights(path: string): Promise<ResNet50Weights> {
  const file = await openSafetensors(path);
  try {
    const naming = detectNaming(file);
    checkTensors(file, naming);
    return {
      library: naming.library,
      read: async ({ place }) => {
        const norm = naming.norm(place);
        const read = (name: string) => readFloats(file, name);
        return {
          weight: await read(naming.weight(place)),
          scale: await read(`${norm}weight`),
          shift: await read(`${norm}bias`),
          mean: await read(`${norm}running_mean`),
          variance: await read(`${norm}running_var`),
        };
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** The naming that knows most of the file's names. */
function detectNaming(file: SafetensorsFile): ResNetNaming {
  const has = (name: string) => Object.hasOwn(file.tensors, name);
  const counts = RESNET50_NAMINGS.map(
    ({ weight }) => RESNET50_CONVOLUTIONS.filter(({ place }) => has(weight(place))).length,
  );
  const most = Math.max(...counts);
  const naming = RESNET50_NAMINGS[counts.indexOf(most)];
  if (most === 0 || !naming) {
    throw new DataError(
      `${file.path}: expected a ResNet-50 with the tensor names of torchvision and timm (conv1.weight) or Hugging Face (resnet.embedder.embedder.convolution.weight), received ${file.names.length} tensors: ${list(file.names)}. Save the plain state dict.`,
    );
  }
  return naming;
}

function checkTensors(file: SafetensorsFile, naming: ResNetNaming): void {
  const expected = new Map<string, readonly number[]>();
  const optional = new Set(naming.classifier);
  for (const { place, inputs, outputs, kernel } of RESNET50_CONVOLUTIONS) {
    expected.set(naming.weight(place), [outputs, inputs, kernel, kernel]);
    for (const part of NORM_PARTS) expected.set(naming.norm(place) + part, [outputs]);
    optional.add(`${naming.norm(place)}num_batches_tracked`);
  }
  const shapeOf = (name: string) =>
    Object.hasOwn(file.tensors, name) ? file.tensors[name]?.shape : undefined;
  const missing = [...expected.keys()].filter((name) => !shapeOf(name));
  const unexpected = file.names.filter((name) => !expected.has(name) && !optional.has(name));
  const misshapen = [...expected].flatMap(([name, shape]) => {
    const received = shapeOf(name);
    return !received || String(received) === String(shape)
      ? []
      : [`${name} [${received.join(', ')}] instead of [${shape.join(', ')}]`];
  });
  const problems = Object.entries({ missing, unexpected, misshapen }).filter(([, names]) => names.length > 0);
  if (problems.length === 0) return;
  const received = problems.map(([kind, names]) => `${names.length} ${kind}: ${list(names)}`).join('; ');
  throw new DataError(
    `${file.path}: expected the tensors of a ResNet-50 under the names of ${naming.library}, received ${received}. Check that it is a ResNet-50 and not one of its relatives.`,
  );
}

/** All of the names, or the first twenty of a file that has little in common. */
function list(names: readonly string[]): string {
  const rest = names.length - 20;
  return names.slice(0, 20).join(', ') + (rest > 0 ? ` and ${rest} more` : '') || 'none';
}

async function readFloats(file: SafetensorsFile, name: string): Promise<Float32Array | Float64Array> {
  const values = await file.read(name);
  if (!(values instanceof Float32Array || values instanceof Float64Array)) {
    throw new DataError(
      `${file.path}: expected floating-point numbers in ${name}, received ${file.tensors[name]?.dtype}. Save the model in float32.`,
    );
  }
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    throw new DataError(
      `${file.path}: expected finite numbers in ${name}, received ${values[wrong]} at position ${wrong}. Fetch or train the weights again.`,
    );
  }
  return values;
}

/** How a library names the tensors of a ResNet-50. */
interface ResNetNaming {
  /** Whose names they are, for messages. */
  readonly library: string;
  /** The name of a convolution's weight. */
  weight(place: ResNetConvolution['place']): string;
  /** What the names of its batch normalization begin with, the dot included. */
  norm(place: ResNetConvolution['place']): string;
  /** The classifier, which features do not need. */
  readonly classifier: readonly string[];
}

const TORCHVISION: ResNetNaming = {
  library: 'torchvision and timm',
  weight: (place) => {
    if (place === 'stem') return 'conv1.weight';
    const [stage, block, part] = place;
    return `layer${stage + 1}.${block}.${part === 'shortcut' ? 'downsample.0' : `conv${part + 1}`}.weight`;
  },
  norm: (place) => {
    if (place === 'stem') return 'bn1.';
    const [stage, block, part] = place;
    return `layer${stage + 1}.${block}.${part === 'shortcut' ? 'downsample.1' : `bn${part + 1}`}.`;
  },
  classifier: ['fc.weight', 'fc.bias'],
};

/** `prefix` is empty for the encoder alone. */
function huggingFace(prefix: string, classifier: readonly string[]): ResNetNaming {
  const unit = (place: ResNetConvolution['place']) => {
    if (place === 'stem') return `${prefix}embedder.embedder.`;
    const [stage, block, part] = place;
    const layer = `${prefix}encoder.stages.${stage}.layers.${block}.`;
    return part === 'shortcut' ? `${layer}shortcut.` : `${layer}layer.${part}.`;
  };
  return {
    library: prefix === '' ? 'Hugging Face without a head' : 'Hugging Face',
    weight: (place) => `${unit(place)}convolution.weight`,
    norm: (place) => `${unit(place)}normalization.`,
    classifier,
  };
}

/** The namings that are known. */
const RESNET50_NAMINGS: readonly ResNetNaming[] = [
  TORCHVISION,
  huggingFace('resnet.', ['classifier.1.weight', 'classifier.1.bias']),
  huggingFace('', []),
];

/** One convolution of a ResNet-50 with the batch normalization that follows it. */
export interface ResNetConvolution {
  /** Where it stands: `stem`, or a stage from 0, a block from 0, and a convolution of the block or its shortcut. */
  readonly place: 'stem' | readonly [stage: number, block: number, part: 0 | 1 | 2 | 'shortcut'];
  /** Channels in. */
  readonly inputs: number;
  /** Channels out. */
  readonly outputs: number;
  /** Height and width of the kernel. */
  readonly kernel: 1 | 3 | 7;
  /** Rows and columns from one output to the next. */
  readonly stride: 1 | 2;
}

/** Blocks in each stage: He et al. 2015, table 1, 50 layers. */
const RESNET50_BLOCKS = [3, 4, 6, 3] as const;

/**
 * The 53 convolutions of ResNet-50 in the order in which they are applied, a shortcut after its block.
 *
 * Version 1.5: a stage halves its map in the 3x3 convolution of its first block, as torchvision, timm and Hugging Face have
 * it; the paper's version 1 does so in the 1x1 before it. Weights have the same names and shapes in both.
 *
 * @see He et al. 2015, "Deep Residual Learning for Image Recognition", table 1 and figure 5
 */
export const RESNET50_CONVOLUTIONS: readonly ResNetConvolution[] = [
  { place: 'stem', inputs: 3, outputs: 64, kernel: 7, stride: 2 },
  ...RESNET50_BLOCKS.flatMap((blocks, stage) =>
    Array.from({ length: blocks }, (_, block) => bottleneck(stage, block)).flat(),
  ),
];

function bottleneck(stage: number, block: number): ResNetConvolution[] {
  const width = 64 * 2 ** stage;
  const outputs = 4 * width;
  const inputs = block > 0 ? outputs : stage === 0 ? 64 : outputs / 2;
  const stride = block === 0 && stage > 0 ? 2 : 1;
  const convolutions: ResNetConvolution[] = [
    { place: [stage, block, 0], inputs, outputs: width, kernel: 1, stride: 1 },
    { place: [stage, block, 1], inputs: width, outputs: width, kernel: 3, stride },
    { place: [stage, block, 2], inputs: width, outputs, kernel: 1, stride: 1 },
  ];
  if (block === 0) convolutions.push({ place: [stage, 0, 'shortcut'], inputs, outputs, kernel: 1, stride });
  return convolutions;
}
