/**
 * A host with a port on which nobody listens. Systems give out only much higher ports, so no other test can get this one while it is
 * needed, as it could a port that was free a moment ago; and it is not among those that `fetch` itself refuses, such as 1.
 */
export const NOBODY = "127.0.0.1:2";
