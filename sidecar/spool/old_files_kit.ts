/**
 * For tests: files of a spool as the first version of the plugin wrote them, before runs were kept, byte for byte.
 *
 * @module
 */

/** The totals, with one process of two calls. */
export const OLD_TOTALS = String
  .raw`{"format":1,"version":"e88fe300-91d6-46dc-8f29-a7c64709baa7","folded":["00000000-0000-4000-8000-000000000001"],"discarded":0,"snapshot":{"counters":{"velero_plugin_process_starts_total":1,"velero_plugin_action_executions_total\tcnpg\treplicated.com/cnpg-restore-plugin\tRestoreItemActionV2\tchanged":1,"velero_plugin_action_additional_items_total\tcnpg\treplicated.com/cnpg-restore-plugin\tRestoreItemActionV2":3,"velero_plugin_action_executions_total\tcnpg\treplicated.com/cnpg-restore-plugin\tRestoreItemActionV2\terror":1,"velero_plugin_action_errors_total\tcnpg\treplicated.com/cnpg-restore-plugin\tRestoreItemActionV2\tsettings":1,"velero_plugin_cluster_requests_total\tget\t200":1},"histograms":{"velero_plugin_action_duration_seconds\tcnpg\treplicated.com/cnpg-restore-plugin\tRestoreItemActionV2":[252000,0,1,0,0,0,0,0,1,0,0,0,0,0,0]},"latest":{"velero_plugin_last_execution_timestamp_seconds\tcnpg\treplicated.com/cnpg-restore-plugin\tRestoreItemActionV2":1795262400.001},"notes":{"build":{"time":1795262400001,"text":"0.1.0\t2.9.6"},"error\tcnpg\treplicated.com/cnpg-restore-plugin\tRestoreItemActionV2":{"time":1795262400001,"text":"it failed"}}}}`;

/** The file of another process that did the same. */
export const OLD_PROCESS = String
  .raw`{"format":1,"snapshot":{"counters":{"velero_plugin_process_starts_total":1,"velero_plugin_action_executions_total\tcnpg\treplicated.com/cnpg-restore-plugin\tRestoreItemActionV2\tchanged":1,"velero_plugin_action_additional_items_total\tcnpg\treplicated.com/cnpg-restore-plugin\tRestoreItemActionV2":3,"velero_plugin_action_executions_total\tcnpg\treplicated.com/cnpg-restore-plugin\tRestoreItemActionV2\terror":1,"velero_plugin_action_errors_total\tcnpg\treplicated.com/cnpg-restore-plugin\tRestoreItemActionV2\tsettings":1,"velero_plugin_cluster_requests_total\tget\t200":1},"histograms":{"velero_plugin_action_duration_seconds\tcnpg\treplicated.com/cnpg-restore-plugin\tRestoreItemActionV2":[252000,0,1,0,0,0,0,0,1,0,0,0,0,0,0]},"latest":{"velero_plugin_last_execution_timestamp_seconds\tcnpg\treplicated.com/cnpg-restore-plugin\tRestoreItemActionV2":1795262400.002},"notes":{"build":{"time":1795262400002,"text":"0.1.0\t2.9.6"},"error\tcnpg\treplicated.com/cnpg-restore-plugin\tRestoreItemActionV2":{"time":1795262400002,"text":"it failed"}}}}`;
