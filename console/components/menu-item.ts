/** One line of a menu. */
export type MenuItem = Readonly<{
  key: string;
  label: string;
  /** Path from `@mdi/js`. */
  icon?: string;
  /** The keys that do the same, as people read them. */
  keys?: string;
  danger?: boolean;
  /** One of several of which one holds. */
  chosen?: boolean;
  /** Why it cannot be chosen now. */
  reason?: string | undefined;
}>;

/** What the items below it are about. */
export type MenuHeading = Readonly<{ heading: string }>;
