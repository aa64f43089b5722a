/**
 * The colours of the sidecar's page and of HTML reports, in light and dark.
 *
 * The contrast of a text to what is behind it is at least 4.5, that of a bar 3.
 */
export const PALETTE = `
:root { color-scheme: light dark; --page: #fff; --card: #f5f7f9; --line: #d8dde3; --text: #1b1f24; --soft: #59626e;
  --link: #0b57d0; --bad: #b3261e; --changed: #2563c9; --unchanged: #7d8793; --skipped: #b06a00; --errors: #c62a20; }
@media (prefers-color-scheme: dark) {
  :root { --page: #121519; --card: #1b2026; --line: #343b44; --text: #e4e8ed; --soft: #9ea8b4;
    --link: #8ab4f8; --bad: #ff8a80; --changed: #6ea8ff; --unchanged: #717b87; --skipped: #e3a23b; --errors: #ff6f61; }
}
`;
