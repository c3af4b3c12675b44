import { type LayersModel, Sequential } from '@tensorflow/tfjs-layers';

/**
 * The graph of a model: a `tf.sequential` model wraps one, which knows its inputs and outputs by name and has the same layers
 * and weights; any other model is one.
 */
export function functionalModel(model: LayersModel): LayersModel {
  if (!(model instanceof Sequential)) return model;
  const inner = () => (model as unknown as { readonly model: LayersModel | null }).model;
  if (!inner()) model.build();
  return inner() as LayersModel;
}
