/** The labels of some samples, one each: class names, or integer class indices in an array or typed array. */
export type LabelArray = readonly string[] | ArrayLike<number>;

/** Which classes a metric looks at, and in what order. Without options: the classes that occur, sorted. */
export interface LabelOptions {
  /**
   * Number of classes, at least 1: the classes are the integers from 0 to `numClasses - 1`, and any other label is an
   * error. Not together with `labels`.
   * @defaultValue none: see `labels`
   */
  readonly numClasses?: number;
  /**
   * The classes, in the order of rows and results: names or integers. As in scikit-learn they select: a class left out
   * gets no result of its own. Not together with `numClasses`.
   * @defaultValue the classes that occur among the true and predicted labels, sorted
   */
  readonly labels?: LabelArray;
}
