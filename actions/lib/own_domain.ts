/** The project's own domain in labels and annotations (design section 3). */
export const OWN_DOMAIN = "velero-plugin-for-workloads";
