/** The project's own domain in labels and annotations. */
export const OWN_DOMAIN = "velero-plugin-for-workloads";
