import type { RgbImage } from '../../data/images/rgb-image';
import type { Post } from '../../data/posts/post';
import { imageOf, type PostSource, textOf } from '../../data/posts/post-source';
import type { FailedPrediction, Prediction } from './prediction';

/** How much a part of a post speaks for the predicted class. */
export interface Attribution {
  /** Probability of the predicted class with the part, less without it: in [-1, 1], above 0 where the part speaks for the class. */
  readonly weight: number;
}

/**
 * What a prediction rests on, found by taking parts of the post away and asking again.
 *
 * @see Zeiler and Fergus 2014, "Visualizing and Understanding Convolutional Networks", section 4.2 (occlusion)
 */
export interface Explanation {
  /** What is explained. */
  readonly prediction: Prediction;
  /**
   * The words of the text, in order, each with its weight; null without a text that the model reads. Of a text of more than 256 words,
   * as many runs of words.
   */
  readonly words:
    | readonly (Attribution & {
        /** The word, or the run of words, as posted. */
        readonly word: string;
        /** Where it begins in the text. */
        readonly start: number;
      })[]
    | null;
  /** [rows][columns] weights of the places of the image, top left first; null without an image that the model reads. */
  readonly regions: readonly (readonly number[])[] | null;
  /** The predicted class's probability from one half alone; null where that half is missing or the classifier cannot answer on it. */
  readonly alone: {
    /** From the text. */
    readonly text: number | null;
    /** From the image. */
    readonly image: number | null;
  };
}

/** What asks the classifier. */
interface Asker {
  readonly readsText: boolean;
  readonly readsImage: boolean;
  /** Whether posts of one half are answered. */
  readonly answersHalves: boolean;
  predict(post: Post): Promise<Prediction>;
  predictAll(posts: readonly Post[]): Promise<(Prediction | FailedPrediction)[]>;
}

/** Places along each side of the image that are hidden one after the other: the 7 x 7 map of a ResNet50. */
const GRID = 7;

/** Words, or runs of words, that are taken away one after the other. */
const MOST_WORDS = 256;

/** Hides words and places of the image, one at a time. */
export async function explainPost(post: Post, source: PostSource, asker: Asker): Promise<Explanation> {
  const content = asker.readsImage ? imageOf(post, source) : null;
  const text = asker.readsText ? textOf(post) : null;
  // Decoded once: the variants below share it.
  const image = await content?.decode();
  const { imagePath: _, ...rest } = post;
  const whole: Post = image ? { ...rest, image } : post;
  const prediction = await asker.predict(whole);

  const words = text === null ? [] : wordsOf(text);
  const without = words.map(
    ({ word, start }): Post => ({
      ...whole,
      text: `${text?.slice(0, start)}${text?.slice(start + word.length)}`,
    }),
  );
  const { image: _image, ...textAlone } = whole;
  const { text: _text, ...imageAlone } = whole;
  const isWhole = image !== undefined && text !== null && asker.answersHalves;
  const answers = await asker.predictAll([...without, ...(isWhole ? [textAlone, imageAlone] : [])]);
  const score = (answer: Prediction | FailedPrediction | undefined) =>
    answer && 'probabilities' in answer ? (answer.probabilities[prediction.label] as number) : null;
  // A text of one word is missing without it, which a classifier may not answer: the word then carries all there is.
  const weight = (answer: Prediction | FailedPrediction | undefined) =>
    prediction.score - (score(answer) ?? 0);

  const regions: number[][] = [];
  // Row by row: seven copies of a photograph fit into memory, forty-nine may not.
  const mean = image ? meanColour(image) : [];
  for (let row = 0; image && row < GRID; row++) {
    const hidden = hiddenPlaces(image, mean, row).map((one): Post => ({ ...whole, image: one }));
    regions.push((await asker.predictAll(hidden)).map(weight));
  }
  return {
    prediction,
    words:
      text === null
        ? null
        : words.map(({ word, start }, place) => ({ word, start, weight: weight(answers[place]) })),
    regions: image ? regions : null,
    alone: {
      text: isWhole ? score(answers.at(-2)) : null,
      image: isWhole ? score(answers.at(-1)) : null,
    },
  };
}

/** The words of a text, or of a long one as many runs of words as are taken away. */
function wordsOf(text: string): { readonly word: string; readonly start: number }[] {
  const found = [...text.matchAll(/\S+/gu)];
  const inRun = Math.ceil(found.length / MOST_WORDS);
  return found.flatMap(({ index: start }, place) => {
    if (place % inRun !== 0) return [];
    const last = found[Math.min(place + inRun, found.length) - 1] as RegExpExecArray;
    return [{ word: text.slice(start, last.index + last[0].length), start }];
  });
}

function meanColour({ data }: RgbImage): number[] {
  const sums = [0, 0, 0];
  for (let at = 0; at < data.length; at++) (sums[at % 3] as number) += data[at] as number;
  return sums.map((sum) => sum / (data.length / 3));
}

/** The image with one place of a row after the other filled with its mean colour. */
function hiddenPlaces({ data, width, height }: RgbImage, mean: readonly number[], row: number): RgbImage[] {
  const edge = (place: number, size: number) => Math.round((place * size) / GRID);
  return Array.from({ length: GRID }, (_, column) => {
    const copy = Uint8Array.from(data);
    for (let y = edge(row, height); y < edge(row + 1, height); y++) {
      for (let x = edge(column, width); x < edge(column + 1, width); x++) copy.set(mean, (y * width + x) * 3);
    }
    return { data: copy, width, height };
  });
}
