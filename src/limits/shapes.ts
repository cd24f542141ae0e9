/**
 * Where nodes hang, as last seen by this process: which ids a movement on a leaf will touch,
 * without asking. It is only a guess about what to lock; whoever uses it compares the locked rows
 * with it and forgets a shape that has changed, so a stale guess costs a query and never a check.
 */
import type { LimitNode } from './model.ts';

type Shape = Pick<LimitNode, 'zoneId' | 'ownerId' | 'path' | 'caps' | 'enforcement'>;

const longest = 300_000;
const shapes = new Map<string, Shape>();

export function rememberShapes(nodes: Iterable<LimitNode>): void {
  if (shapes.size >= longest) shapes.clear();
  for (const { id, zoneId, ownerId, path, caps, enforcement } of nodes) {
    shapes.set(id, { zoneId, ownerId, path, caps, enforcement });
  }
}

export interface Leaf {
  readonly id: string;
  readonly zoneId: string;
  readonly ownerId: string;
  /** The HARD nodes that a movement on it touches: its path, then its caps with their paths. */
  readonly hardIds: readonly string[];
}

/** A leaf as it was last seen; undefined when it or something above it is not known. */
export function guessLeaf(id: string): Leaf | undefined {
  const leaf = shapes.get(id);
  if (!leaf) return undefined;
  const touched = new Set(leaf.path);
  for (const along of leaf.path) {
    for (const cap of shapes.get(along)?.caps ?? []) {
      for (const above of shapes.get(cap)?.path ?? [cap]) touched.add(above);
    }
  }
  const hardIds: string[] = [];
  for (const one of touched) {
    const shape = shapes.get(one);
    if (!shape) return undefined;
    if (shape.enforcement === 'HARD') hardIds.push(one);
  }
  return { id, zoneId: leaf.zoneId, ownerId: leaf.ownerId, hardIds };
}

export interface Guess {
  readonly hard: readonly string[];
  readonly soft: readonly string[];
}

/** The nodes that movements on these leaves touch; undefined when some shape is not known. */
export function guessTouched(leaves: readonly string[]): Guess | undefined {
  const touched = new Set<string>(leaves);
  // A set grows while it is walked: paths and caps of what is added are followed too.
  for (const id of touched) {
    const shape = shapes.get(id);
    if (!shape) return undefined;
    for (const above of shape.path) touched.add(above);
    for (const cap of shape.caps) touched.add(cap);
  }
  const ids = [...touched];
  const isHard = (id: string): boolean => shapes.get(id)?.enforcement === 'HARD';
  return { hard: ids.filter(isHard), soft: ids.filter((id) => !isHard(id)) };
}

/** True when every node still hangs as it was remembered. */
export function stillSo(nodes: Iterable<LimitNode>): boolean {
  for (const { id, path, caps, enforcement } of nodes) {
    const shape = shapes.get(id);
    if (
      shape?.enforcement !== enforcement ||
      shape.path.join() !== path.join() ||
      shape.caps.join() !== caps.join()
    ) {
      return false;
    }
  }
  return true;
}

/** The roots of these leaves and of the caps on their paths, as far as they are known. */
export function rootsOf(leaves: readonly string[]): string[] {
  const roots = new Set<string>();
  for (const leaf of leaves) {
    const path = shapes.get(leaf)?.path ?? [];
    for (const id of path) {
      for (const cap of shapes.get(id)?.caps ?? []) roots.add(shapes.get(cap)?.path.at(-1) ?? cap);
    }
    const root = path.at(-1);
    if (root !== undefined) roots.add(root);
  }
  return [...roots];
}
