import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { LabelledPostExamples } from '../../data/batches/post-examples';
import { hasImage, textOf } from '../../data/posts/post-source';
import { type Calibrations, calibrate, UNCALIBRATED } from '../core/calibration';
import { logitsOf } from '../core/classifier-core';

const BATCH_SIZE = 64;

/**
 * Fits a temperature for posts of both halves, and for posts of one alone, which are asked about with less to go by.
 *
 * Half a post is a validation post whose other half is declared missing. A signal that aborts leaves all uncalibrated.
 */
export async function calibratePatterns(
  model: LayersModel,
  validation: LabelledPostExamples,
  reads: { readonly text: boolean; readonly image: boolean },
  signal?: AbortSignal,
): Promise<Calibrations> {
  const places = [...validation.posts.keys()];
  const withText = places.filter((place) => textOf(validation.posts[place] ?? {}) !== null);
  const withImage = places.filter((place) => hasImage(validation.posts[place] ?? {}));
  const measure = async (posts: readonly number[], examples = validation) => {
    const logits: number[][] = [];
    for (let start = 0; start < posts.length; start += BATCH_SIZE) {
      if (signal?.aborted) return null;
      logits.push(...(await logitsOf(model, examples, posts.slice(start, start + BATCH_SIZE))));
      await tf.nextFrame();
    }
    return calibrate(
      logits,
      posts.map((place) => validation.labels.label[place] as number),
    );
  };
  const hasImages = new Set(withImage);
  const hasStandIns = model.inputNames.includes('textPresent');
  const calibrations: Calibrations = {
    full: await measure(
      reads.text ? withText.filter((place) => !reads.image || hasImages.has(place)) : withImage,
    ),
    text: hasStandIns ? await measure(withText, declaredMissing(validation, 'imagePresent')) : null,
    image: hasStandIns ? await measure(withImage, declaredMissing(validation, 'textPresent')) : null,
  };
  return signal?.aborted ? UNCALIBRATED : calibrations;
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
