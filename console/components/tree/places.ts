import { childKinds, type NodeKind } from '../../../shared/model/node.ts';
import type { Nodes } from '../../stores/tree-nodes.ts';

/** The nodes below which a kind may stand, by their path: `Storgata P-hus › P2`. */
export function placesFor(nodes: Nodes, kind: NodeKind): readonly Readonly<{ value: string; label: string }>[] {
  const places: { value: string; label: string }[] = [];
  const root = nodes.root();
  const walk = (id: string, above: string): void => {
    const node = nodes.get(id);
    if (!node) return;
    const label = node.kind === 'system' ? '' : above ? `${above} › ${node.name}` : node.name;
    if (childKinds[node.kind].includes(kind)) places.push({ value: id, label: label || node.name });
    if (childKinds[node.kind].some((child) => childKinds[child].length > 0))
      for (const child of nodes.children(id)) walk(child.id, label);
  };
  if (root) walk(root, '');
  return places;
}
