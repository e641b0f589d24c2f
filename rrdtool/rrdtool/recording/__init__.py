"""Recording streams: from `log` to the sinks.

```
streams          RecordingStream, the handle with all functions as methods
starting         init, version
selection        which recording is current; thread_local_stream, recording_stream_generator_ctx
current          the same, for this package: pipelines of the process and of the thread
lifecycle        exit, shutdown, forked processes
log              log                                   one row
columns          send_columns, TimeColumn              many rows
frames           send_record_batch, send_dataframe     Arrow tables
chunks           send_chunks, send_recording           chunks that exist
properties       send_property, send_recording_name …
times            set_time, disable_timeline, reset_time; time_values: what counts as a time
opening          save, stdout, set_sinks, memory_recording, binary_stream, disconnect
blueprints       send_blueprint; default blueprints
viewer           connect_grpc, serve_grpc, spawn, login, logout
web_viewer       serve_web_viewer, start_web_viewer_server
files            log_file_from_path, log_file_from_contents
notebook         notebook_show, legacy_notebook_show
script           script_add_args, script_setup, script_teardown
logging_handler  LoggingHandler
```

Beneath them, from the thread that logs to the sinks:

```
bundles          what can be logged, taken apart      ┐ the thread that logs
rows             a row as it waits in the queue       ┘
pipeline         identity and switches of a stream
batcher          queue and worker thread              ┐
encoding         rows as chunks                       │ the worker thread
outlet           the sinks, or what waits for one     ┘
batcher_config   ChunkBatcherConfig
```

And beside them: `arguments` (types of arguments), `environment` (the RERUN variables, the logger),
`indexes`, `names` (constants), `seeds` (examples).
"""
