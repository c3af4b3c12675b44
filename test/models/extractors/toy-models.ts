import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../../data/mvsa/mini-mvsa';
import { bertFiles, writeTokenizer } from './runtime/transformers-runtime-tokenizer-files';

const FIXTURES = join(import.meta.dirname, '../../fixtures/onnx');

/** Words that the toy tokenizer knows, below the toy model's 53 ids. */
export const WORDS = [
  '[PAD]',
  '[UNK]',
  '[CLS]',
  '[SEP]',
  '[MASK]',
  'a',
  'sunny',
  'day',
  'so',
  'happy',
  'rain',
  'again',
  '##s',
];

/** A model folder with a two-layer BERT of width 14 that torch exported with random weights. */
export async function toyBert(onnx = 'bert-encoder-17.onnx', place?: string): Promise<string> {
  const folder = place ?? (await temporaryFolder());
  await mkdir(join(folder, 'onnx'), { recursive: true });
  await copyFile(join(FIXTURES, onnx), join(folder, 'onnx/model.onnx'));
  await writeFile(join(folder, 'config.json'), JSON.stringify({ model_type: 'bert' }));
  return writeTokenizer(folder, bertFiles(WORDS));
}

/** A model folder with a two-block CNN of 13 channels, for images of 19 x 19. */
export async function toyCnn(onnx = 'cnn-pool.onnx', place?: string): Promise<string> {
  const folder = place ?? (await temporaryFolder());
  await mkdir(join(folder, 'onnx'), { recursive: true });
  await copyFile(join(FIXTURES, onnx), join(folder, 'onnx/model.onnx'));
  const preprocessing = {
    size: { shortest_edge: 23 },
    crop_size: { height: 17, width: 19 },
    do_center_crop: true,
    resample: 3,
    image_mean: [0.5, 0.4, 0.3],
    image_std: [0.2, 0.3, 0.4],
  };
  await writeFile(join(folder, 'preprocessor_config.json'), JSON.stringify(preprocessing));
  return folder;
}
