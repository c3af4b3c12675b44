// What a TypeScript project with `module: nodenext` writes; compiled against the packed declarations, never run.
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import * as library from 'mvsa-fusion';
import { selectBackend } from 'mvsa-fusion/backend';
import { openMvsa, readSplit, writeSplit } from 'mvsa-fusion/data';
import { imagePatches, positionEmbedding, visionGuidedCrossAttention } from 'mvsa-fusion/layers';
import { accuracyScore } from 'mvsa-fusion/metrics';
import { loadModel } from 'mvsa-fusion/models';
import { writeDatasetReport } from 'mvsa-fusion/report';
import { openSafetensors, type TensorValues } from 'mvsa-fusion/safetensors';
import { evaluate } from 'mvsa-fusion/training';

// Arguments of tfjs' own layers are found: `name` is one, `nam` is none.
visionGuidedCrossAttention({ numHeads: 8, name: 'attention', kernelInitializer: 'heNormal' });
// @ts-expect-error: a misspelt argument
visionGuidedCrossAttention({ numHeads: 8, nam: 'attention' });
// @ts-expect-error: no initializer; without its declarations anything would be one
visionGuidedCrossAttention({ numHeads: 8, kernelInitializer: 3 });

export function encode(image: SymbolicTensor): SymbolicTensor {
  const patches = imagePatches({ grid: 7, trainable: false }).apply(image);
  return positionEmbedding({ seed: 7, name: 'place' }).apply(patches) as SymbolicTensor;
}

export async function copySplit(directory: string): Promise<number> {
  const dataset = await openMvsa(directory);
  const files = await writeSplit(directory, 'copy', await readSplit(dataset, 'mine'));
  return (await readSplit(dataset, files)).train.length;
}

export async function firstTensor(path: string): Promise<TensorValues> {
  const file = await openSafetensors(path);
  return file.read(file.names[0] ?? '');
}

export const others = [library, selectBackend, accuracyScore, loadModel, writeDatasetReport, evaluate];
