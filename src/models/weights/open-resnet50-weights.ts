import { DataError } from '../../errors';
import { openSafetensors, type SafetensorsFile } from '../../safetensors';
import { RESNET50_CONVOLUTIONS, type ResNetConvolution } from './resnet50-convolutions';
import { RESNET50_NAMINGS, type ResNetNaming } from './resnet50-names';

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
export interface ResNet50Weights {
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
