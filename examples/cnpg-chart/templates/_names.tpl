{{/*
What a restore wrote: a map with write_to_server_name and read_from_server_name, empty before the first restore.
The ConfigMap of the Cluster's own is there only with the setting cnpg.per-cluster-override.
*/}}
{{- define "shop-db.override" -}}
{{- $common := lookup "v1" "ConfigMap" .Release.Namespace "cnpg-velero-override" -}}
{{- $own := lookup "v1" "ConfigMap" .Release.Namespace (printf "cnpg-velero-override-%s" .Values.name) -}}
{{- $found := default $common $own -}}
{{- toYaml (default dict $found.data) -}}
{{- end }}
