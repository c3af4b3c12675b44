import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { LabelledPostExamples } from '../../data/batches/post-examples';
import { hasImage, textOf } from '../../data/posts/post-source';
import { type Calibrations, calibrate } from '../core/calibration';
import { logitsOf } from '../core/classifier-core';

const BATCH_SIZE = 64;

/**
 * Fits a temperature for posts of both halves, and for posts of one alone, which are asked about with less to go by.
 *
 * Half a post is a validation post whose other half is declared missing.
 */
export async function calibratePatterns(
  model: LayersModel,
  validation: LabelledPostExamples,
  signal?: AbortSignal,
): Promise<Calibrations> {
  const places = [...validation.posts.keys()];
  const withText = places.filter((place) => textOf(validation.posts[place] ?? {}) !== null);
  const withImage = places.filter((place) => hasImage(validation.posts[place] ?? {}));
  const measure = async (posts: readonly number[], examples = validation) => {
    const logits: number[][] = [];
    for (let start = 0; start < posts.length; start += BATCH_SIZE) {
      signal?.throwIfAborted();
      logits.push(...(await logitsOf(model, examples, posts.slice(start, start + BATCH_SIZE))));
      await tf.nextFrame();
    }
    return calibrate(
      logits,
      posts.map((place) => validation.labels.label[place] as number),
    );
  };
  // A model without stand-ins was given posts of both halves, or reads one.
  if (!model.inputNames.includes('textPresent'))
    return { full: await measure(places), text: null, image: null };
  return {
    full: await measure(withText.filter((place) => withImage.includes(place))),
    text: await measure(withText, declaredMissing(validation, 'imagePresent')),
    image: await measure(withImage, declaredMissing(validation, 'textPresent')),
  };
}

/** The same posts with one half declared missing. */
function declaredMissing(
  examples: LabelledPostExamples,
  input: 'textPresent' | 'imagePresent',
): LabelledPostExamples {
  return {
    ...examples,
    async batch(indices, inputNames) {
      const named = await examples.batch(indices, inputNames);
      named[input]?.dispose();
      return { ...named, [input]: tf.zeros([indices.length, 1]) };
    },
  };
}
