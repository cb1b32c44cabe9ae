namespace Hyper.Core.Internal;

internal sealed partial class CoreState
{
    /// <summary>Stores bytes under a name, or removes them (null).</summary>
    public Task SetUserDataAsync(string name, ReadOnlyMemory<byte>? value, CancellationToken cancellationToken) =>
        WriteAsync(
            batch =>
            {
                if (value is { } bytes)
                    batch.SetUserData(name, bytes.Span);
                else
                    batch.DeleteUserData(name);
            },
            cancellationToken
        );

    /// <summary>Stores bytes under a key of this machine's own, or removes them (null).</summary>
    public Task SetLocalAsync(
        ReadOnlyMemory<byte> key,
        ReadOnlyMemory<byte>? value,
        CancellationToken cancellationToken
    ) =>
        WriteAsync(
            batch =>
            {
                if (value is { } bytes)
                    batch.SetLocal(key.Span, bytes.Span);
                else
                    batch.DeleteLocal(key.Span);
            },
            cancellationToken
        );

    private Task WriteAsync(Action<CoreBatch> write, CancellationToken cancellationToken) =>
        RunAsync(
            async () =>
            {
                using var batch = Storage.NewBatch();
                write(batch);
                await Storage.WriteAsync(batch);
            },
            cancellationToken
        );
}
