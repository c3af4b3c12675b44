import { type LayersModel, Sequential, type layers as tfjsLayers } from '@tensorflow/tfjs-layers';

/** A layer, with the fields by which layers hold others. */
export type AnyLayer = tfjsLayers.Layer & {
  readonly layers?: readonly AnyLayer[];
  readonly layer?: AnyLayer;
  readonly forwardLayer?: AnyLayer;
  readonly backwardLayer?: AnyLayer;
  readonly cell?: AnyLayer;
  readonly cells?: readonly AnyLayer[];
};

/** A model's layers in its own order, those of nested models, wrappers and recurrent layers included; each once. */
export function allLayers(model: LayersModel): AnyLayer[] {
  const found = new Set<AnyLayer>();
  const visit = (layer: AnyLayer | undefined) => {
    if (!layer || found.has(layer)) return;
    found.add(layer);
    for (const inner of layer.layers ?? []) visit(inner);
    for (const inner of layer.cells ?? []) visit(inner);
    for (const inner of [layer.layer, layer.forwardLayer, layer.backwardLayer, layer.cell]) visit(inner);
  };
  visit(model as unknown as AnyLayer);
  return [...found];
}

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
