import type { InputOf } from '../../shared/api/contract.ts';
import type { NodeChange, TreeMessage, tree } from '../../shared/api/tree.ts';
import type { TreeNode } from '../../shared/model/node.ts';
import { roleHas } from '../../shared/model/rights.ts';
import type { Central, DomainEvent } from '../domain/central.ts';
import type { LiveNode } from '../domain/topology/live-tree.ts';
import { covers, type Person } from '../domain/user/person.ts';
import { countSeenStations } from '../storage/station-details.ts';
import { heartbeatMs, room, tick } from './pace.ts';
import { shownNode } from './tree-node.ts';
import type { Visitor } from './visitor.ts';

const nodesAPart = 500;
const mostSessions = 200;

type Stream = Readonly<{ central: Central; person: Person; visitor: Visitor; signal: AbortSignal }>;

/**
 * The navigation tree within the person's scope: a snapshot in parts, then differences, at most 5 a second. Nothing is queued for a
 * client: each message is made of the tree as it is when the client can take it (SECURITY R6). A client that comes back with the
 * epoch and version it has gets the differences since then, if the tree still knows them.
 */
export async function* treeChanges(stream: Stream, resume: InputOf<typeof tree.changes>): AsyncGenerator<TreeMessage> {
  const { central, person, visitor, signal } = stream;
  const news = listen(stream);
  try {
    const view = viewOf(person);
    // What a narrowed client once knew is not remembered here, so it cannot be told of what has left its scope: it begins anew.
    const canResume = person.scope.kind === 'all' && resume.epoch === central.tree.epoch && resume.version !== undefined;
    let version = canResume ? (resume.version ?? 0) : null;
    let toldAt = 0;
    do {
      const now = central.clock.now();
      if (version === null) {
        version = yield* snapshot(stream, view);
        toldAt = now;
      }
      const seen = await news.seen();
      const fresh = news.take();
      const changes = central.tree.version() === version ? nothing : central.tree.since(version);
      if (changes === null) {
        version = null;
        continue;
      }
      const message: TreeMessage = {
        type: 'changes',
        epoch: central.tree.epoch,
        version: central.tree.version(),
        ...view.differences(changes, version),
        sessions: fresh.sessions,
        seen,
      };
      version = message.version;
      const silent = message.nodes.length + message.states.length + message.removed.length + message.sessions.length === 0;
      if (silent && !fresh.seenChanged && now - toldAt < heartbeatMs && now >= toldAt) continue;
      yield message;
      toldAt = now;
    } while (await tick(visitor, signal));
  } finally {
    news.close();
  }
}

const nothing = { nodes: [], removed: [] };

/** The whole tree in parts. Returns the version at its beginning: what changes while it is sent comes after it as differences. */
async function* snapshot({ central, visitor, signal }: Stream, view: View): AsyncGenerator<TreeMessage, number> {
  const { epoch } = central.tree;
  const version = central.tree.version();
  const nodes = [...central.tree.walk()].filter(view.shows);
  let at = 0;
  do {
    const part = nodes.slice(at, at + nodesAPart);
    const last = at + nodesAPart >= nodes.length;
    yield { type: 'snapshot', epoch, version, first: at === 0, last, nodes: part.map(view.node) };
    at += nodesAPart;
  } while (at < nodes.length && (await room(visitor, signal)));
  return version;
}

type Changes = NonNullable<ReturnType<Central['tree']['since']>>;
type View = ReturnType<typeof viewOf>;

/** The tree as one person may see it. Remembers, for a narrowed scope, what it has shown: what leaves the scope is told as removed. */
function viewOf({ scope }: Person) {
  const shown = scope.kind === 'all' ? null : new Set<string>();
  const shows = (node: LiveNode) => covers(scope, node.siteId);
  const node = (live: LiveNode): TreeNode => {
    shown?.add(live.publicId);
    return shownNode(scope, live);
  };
  const differences = (changes: Changes, since: number) => {
    const nodes: TreeNode[] = [];
    const states: NodeChange[] = [];
    const removed = changes.removed
      .filter((gone) => covers(scope, gone.siteId) || shown?.has(gone.publicId))
      .map((gone) => gone.publicId);
    for (const live of changes.nodes) {
      if (!shows(live)) {
        if (shown?.has(live.publicId)) removed.push(live.publicId);
      } else if (live.shapeVersion > since || shown?.has(live.publicId) === false) nodes.push(node(live));
      else states.push({ id: live.publicId, state: live.state, total: live.total, counts: { ...live.counts } });
    }
    for (const publicId of removed) shown?.delete(publicId);
    return { nodes, states, removed };
  };
  return { shows, node, differences };
}

/** What is told beside the tree: sessions that began or ended, and how many stations wait to be adopted. */
function listen({ central, person }: Stream) {
  const counts = roleHas(person.role, 'stations.configure') && person.scope.kind === 'all';
  const sessions = new Set<string>();
  let count = 0;
  let stale = counts;
  let changed = false;
  const hear = (event: DomainEvent) => {
    if (event.kind === 'stations.seen') stale = counts;
    if (event.kind !== 'session.started' && event.kind !== 'session.ended') return;
    // Beyond the bound the list is asked again anyway; which ones exactly no longer matters.
    if (covers(person.scope, event.siteId) && sessions.size < mostSessions) sessions.add(event.publicId);
  };
  const close = central.subscribe(hear);
  return {
    close,
    async seen() {
      if (!stale) return count;
      stale = false;
      const now = await countSeenStations(central.storage.read);
      changed ||= now !== count;
      count = now;
      return count;
    },
    take() {
      const taken = { sessions: [...sessions], seenChanged: changed };
      sessions.clear();
      changed = false;
      return taken;
    },
  };
}
