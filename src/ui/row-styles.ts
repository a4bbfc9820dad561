import { css } from 'lit';

/** A card with a list of rows: words to the left, what can be done with them to the right. */
export const rows = css`
  section {
    display: grid;
    gap: var(--tc-space-4);
  }
  li {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: var(--tc-space-2) var(--tc-space-4);
    padding-block: var(--tc-space-3);
    overflow-wrap: anywhere;
  }
  li + li {
    border-top: 1px solid var(--tc-color-border);
  }
  li > :first-child {
    flex: 1 1 12rem;
    min-width: 0;
  }
  li .actions {
    display: flex;
    flex-wrap: wrap;
    gap: var(--tc-space-2);
  }
`;
