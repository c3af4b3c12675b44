import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { mapInOrder } from '../../concurrency';
import { postExamples } from '../../data/batches/post-examples';
import type { LabelledPost, Post } from '../../data/posts/post';
import { checkPost, hasImage, nameOf, type PostSource, textOf } from '../../data/posts/post-source';
import { DataError, OptionError } from '../../errors';
import type { ImageStream, TextStream } from '../../models/streams/stream';
import { kindOf } from '../../options/check-option-names';
import { resolveOptions } from '../../options/option-table';
import { type Evaluation, evaluateProbabilities } from '../../training/evaluation/evaluate';
import { takeBatch } from '../../training/evaluation/predict-probabilities';
import { ASK_OPTIONS, type AskOptions, JUDGE_OPTIONS, type JudgeOptions } from './ask-options';
import { type Calibrations, calibrationErrors, softmax } from './calibration';
import { type Explanation, explainPost } from './explanation';
import type { FailedPrediction, MissingHalf, Pattern, Prediction } from './prediction';

/** What a classifier is made of. */
export interface ClassifierParts {
  /** The trained model: its first output is `logits` [batch, classes]. */
  readonly model: LayersModel;
  /** The stream of the texts; null where the model reads none. */
  readonly text: TextStream | null;
  /** The stream of the images; null where the model reads none. */
  readonly image: ImageStream | null;
  /** The classes, in the order of the logits. */
  readonly classNames: readonly string[];
  /** What makes its probabilities fit. */
  readonly calibrations: Calibrations;
}

/** What the model says of a post, before calibration; or why it could not be asked. */
type Answer =
  | { readonly id: string; readonly logits: readonly number[]; readonly missing: readonly MissingHalf[] }
  | FailedPrediction;

/**
 * A trained classifier that answers on raw posts, wherever their bytes come from; it needs no module of Node.
 *
 * `SentimentClassifier` adds what needs files: training, saving, loading.
 */
export class ClassifierCore {
  /** The classes, in the order of every class axis. */
  readonly classNames: readonly string[];
  /** What makes its probabilities fit, for posts of both halves and of one alone; measured on the validation posts. */
  readonly calibrations: Calibrations;
  /** The tfjs model behind it. */
  readonly model: LayersModel;
  protected readonly parts: ClassifierParts;
  readonly #source: PostSource;
  readonly #hasStandIns: boolean;
  /** What is being computed: the model must stay until it ends. */
  readonly #underWay = new Set<Promise<unknown>>();
  #isDisposed = false;

  constructor(parts: ClassifierParts, source: PostSource) {
    this.parts = parts;
    this.classNames = parts.classNames;
    this.calibrations = parts.calibrations;
    this.model = parts.model;
    this.#source = source;
    this.#hasStandIns = parts.model.inputNames.includes('textPresent');
  }

  /**
   * Says what a post expresses.
   *
   * A post of text alone or image alone is answered, and the answer says what was missing, unless the classifier was trained with
   * `modalityDropout: 0`.
   *
   * @param post its labels are left unread
   * @throws {@link DataError} when the post cannot be read, or lacks what the model needs
   * @throws {@link OptionError} when an option is unknown or out of range, and when `post` is neither a post nor a list of them
   * @throws the signal's reason when it aborts
   */
  async predict(post: Post, options?: AskOptions): Promise<Prediction>;
  /**
   * Says what posts express: one answer for each post, in their order.
   *
   * @param posts any number; a post that cannot be read gives `{ id, error }` in its place
   * @throws {@link OptionError} when an option is unknown or out of range
   * @throws the signal's reason when it aborts
   */
  async predict(posts: readonly Post[], options?: AskOptions): Promise<(Prediction | FailedPrediction)[]>;
  async predict(
    posts: Post | readonly Post[],
    options: AskOptions = {},
  ): Promise<Prediction | (Prediction | FailedPrediction)[]> {
    const settings = resolveOptions('predict', options, ASK_OPTIONS);
    if (typeof posts !== 'object' || posts === null) {
      throw new OptionError(`predict: expected a post or a list of posts, received ${kindOf(posts)}.`);
    }
    const isList = Array.isArray(posts);
    const answers = await this.#answer(isList ? posts : [posts as Post], settings);
    const predictions = answers.map((answer) => ('error' in answer ? answer : this.#predictionOf(answer)));
    if (isList) return predictions;
    const [only] = predictions as [Prediction | FailedPrediction];
    if ('error' in only) throw new DataError(`post ${only.id}: ${only.error}`);
    return only;
  }

  /**
   * Scores its predictions on labelled posts.
   *
   * The loss is that of the calibrated probabilities; `calibration` says how far raw and calibrated ones are off on these very posts.
   *
   * @throws {@link DataError} for posts that cannot be read, unless they are to be skipped: names them
   * @throws {@link OptionError} when an option is unknown or out of range, without posts, and for a label that is none of the classes
   * @throws the signal's reason when it aborts
   */
  async evaluate(posts: readonly LabelledPost[], options: JudgeOptions = {}): Promise<Evaluation> {
    const { unreadable, onSkip, ...settings } = resolveOptions('evaluate', options, JUDGE_OPTIONS);
    if (!Array.isArray(posts) || posts.length === 0) {
      throw new OptionError(`evaluate: expected labelled posts, received ${kindOf(posts)}.`);
    }
    const indexOf = new Map(this.classNames.map((name, index) => [name, index]));
    const labels = posts.map((post, place) => {
      const { label } = Object(post) as LabelledPost;
      const index = indexOf.get(label);
      if (index !== undefined) return index;
      throw new OptionError(
        `evaluate: expected the label of post ${nameOf(post, place)} among ${this.classNames.join(', ')}, received ${typeof label === 'string' ? JSON.stringify(label) : kindOf(label)}.`,
      );
    });
    const answers = await this.#answer(posts, settings);
    const failed = answers.filter((answer) => 'error' in answer);
    if (failed.length > 0 && (unreadable === 'error' || failed.length === posts.length)) {
      const [first] = failed as [FailedPrediction];
      throw new DataError(
        `evaluate: expected posts that can be read, received ${failed.length} of ${posts.length} that cannot:\npost ${first.id}: ${first.error}\n` +
          "Mend them or leave them out; unreadable: 'skip' goes on without them and tells onSkip.",
      );
    }
    for (const { id, error } of failed) onSkip?.(id, error);
    const judged = answers.flatMap((answer, place) =>
      'error' in answer ? [] : [{ ...answer, trueLabel: labels[place] as number }],
    );
    const trueLabels = judged.map(({ trueLabel }) => trueLabel);
    const logits = judged.map((answer) => answer.logits);
    const temperatures = judged.map(({ missing }) => this.#temperatureOf(missing));
    const probabilities = logits.map((row, place) => softmax(row, temperatures[place]));
    return {
      ...evaluateProbabilities(trueLabels, probabilities, { classNames: this.classNames }),
      ...(this.calibrations.full && {
        calibration: {
          temperature: this.calibrations.full.temperature,
          ...calibrationErrors(logits, trueLabels, temperatures),
        },
      }),
    };
  }

  /**
   * Tells which words and which places of the image a prediction rests on; see {@link Explanation}.
   *
   * @throws as {@link predict} does for one post
   */
  async explain(post: Post, options: AskOptions = {}): Promise<Explanation> {
    const settings = resolveOptions('explain', options, ASK_OPTIONS);
    checkPost(post);
    return explainPost(post, this.#source, {
      readsText: this.parts.text !== null,
      readsImage: this.parts.image !== null,
      predict: (one) => this.predict(one, settings),
      predictAll: (posts) => this.predict(posts, settings),
      answersHalves: this.#hasStandIns,
    });
  }

  /** Frees the model, and the streams with what they hold, after the forward pass in flight; it cannot be asked from then on. */
  async dispose(): Promise<void> {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    if (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
    this.model.dispose();
    await Promise.all([this.parts.text?.dispose(), this.parts.image?.dispose()]);
  }

  /** Asks the model, some posts at a time; the next ones are read while these are computed. */
  async #answer(
    posts: readonly Post[],
    { batchSize, onProgress, signal }: AskOptions & { readonly batchSize: number },
  ): Promise<Answer[]> {
    const starts = Array.from({ length: Math.ceil(posts.length / batchSize) }, (_, at) => at * batchSize);
    const answers: Answer[] = [];
    const ask = (start: number) =>
      this.use(() => this.#answerBatch(posts.slice(start, start + batchSize), start, signal));
    for await (const some of mapInOrder(starts, 2, ask)) {
      answers.push(...some);
      onProgress?.({ stage: 'predict', done: answers.length, total: posts.length });
      await tf.nextFrame();
    }
    return answers;
  }

  async #answerBatch(
    posts: readonly Post[],
    start: number,
    signal: AbortSignal | undefined,
  ): Promise<Answer[]> {
    signal?.throwIfAborted();
    const { text, image, model } = this.parts;
    const examples = await postExamples(posts, {
      text: text ?? undefined,
      image: image ?? undefined,
      source: this.#source,
      missing: this.#hasStandIns ? 'keep' : 'refuse',
      unreadable: 'skip',
      ignoreLabels: true,
      signal,
    });
    try {
      const rows = examples.size > 0 ? await logitsOf(model, examples) : [];
      const reasonAt = new Map(examples.unreadable.map(({ place, reason }) => [place, reason]));
      let row = 0;
      return posts.map((post, place): Answer => {
        const id = nameOf(post, start + place);
        const error = reasonAt.get(place);
        if (error !== undefined) return { id, error };
        return { id, logits: rows[row++] as number[], missing: this.#missingOf(post) };
      });
    } finally {
      await examples.close();
    }
  }

  /** Does work that needs the model, which stays until the work has ended. */
  protected async use<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#isDisposed) {
      throw new OptionError(
        'expected a classifier that is in use, received one after dispose(). Load it again.',
      );
    }
    const result = work();
    this.#underWay.add(result);
    try {
      return await result;
    } finally {
      this.#underWay.delete(result);
    }
  }

  #missingOf(post: Post): readonly MissingHalf[] {
    const { text, image } = this.parts;
    if (text && textOf(post) === null) return ['text'];
    return image && !hasImage(post) ? ['image'] : [];
  }

  #temperatureOf(missing: readonly MissingHalf[]): number {
    const pattern: Pattern = missing.length === 0 ? 'full' : missing[0] === 'text' ? 'image' : 'text';
    return this.calibrations[pattern]?.temperature ?? 1;
  }

  #predictionOf({ id, logits, missing }: Exclude<Answer, FailedPrediction>): Prediction {
    const probabilities = softmax(logits, this.#temperatureOf(missing));
    const best = logits.indexOf(Math.max(...logits));
    return {
      id,
      label: this.classNames[best] as string,
      score: probabilities[best] as number,
      probabilities: Object.fromEntries(
        this.classNames.map((name, index) => [name, probabilities[index]]),
      ) as Record<string, number>,
      missing,
    };
  }
}

/** The first output of a model for all examples at once: [posts][classes]. */
export async function logitsOf(
  model: LayersModel,
  examples: Parameters<typeof takeBatch>[1],
  indices: readonly number[] = Array.from({ length: examples.size }, (_, at) => at),
): Promise<number[][]> {
  const inputs = await takeBatch(model, examples, indices);
  let logits: tf.Tensor2D | undefined;
  try {
    logits = tf.tidy(() => {
      const outputs = model.apply(inputs, { training: false }) as tf.Tensor2D | tf.Tensor2D[];
      return Array.isArray(outputs) ? (outputs[0] as tf.Tensor2D) : outputs;
    });
    return await logits.array();
  } finally {
    tf.dispose(logits ? [logits, ...inputs] : inputs);
  }
}
