import type { ComponentChildren, JSX } from 'preact';

export interface EmptyStateProps {
  /** What would be here, and when. */
  says: string;
  /** The command that makes some. */
  command?: string;
  children?: ComponentChildren;
}

/** What stands in place of an empty list: it explains what belongs there. */
export const EmptyState = ({ says, command, children }: EmptyStateProps): JSX.Element => (
  <div class="empty">
    <p>{says}</p>
    {command !== undefined && (
      <p>
        Try <code>{command}</code>
      </p>
    )}
    {children}
  </div>
);
