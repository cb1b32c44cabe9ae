namespace Interop.Tests.Harness;

/// <summary>A partner's Corestore in a folder; the cores sets alone have one.</summary>
public sealed class JsStore : PartnerObject, IAsyncDisposable
{
    private JsStore(JsPartner partner, string handle)
        : base(partner, handle) { }

    public static async Task<JsStore> OpenAsync(JsPartner partner, string path, byte[]? primaryKey = null)
    {
        var hex = primaryKey is null ? null : Convert.ToHexStringLower(primaryKey);
        var created = await partner.CallAsync<Created>("store.open", new { path, primaryKey = hex });
        return new JsStore(partner, created.Handle);
    }

    /// <summary>The core of a name, or a named session of it.</summary>
    public async Task<JsCore> GetAsync(
        string name,
        string? session = null,
        byte[]? encryptionKey = null,
        bool isBlockKey = false
    ) =>
        new(
            Partner,
            await Partner.CallAsync<JsCore.State>(
                "store.core",
                new
                {
                    store = Handle,
                    name,
                    session,
                    encryptionKey = encryptionKey is null ? null : Convert.ToHexStringLower(encryptionKey),
                    isBlockKey,
                }
            )
        );

    /// <summary>The core of a key, made if it is not stored; with an encryption key it reads clear text.</summary>
    /// <param name="key">In hexadecimal.</param>
    /// <param name="encryptionKey">The same.</param>
    /// <param name="idle">
    /// A session that wants nothing, opened before any other: its core says that it is not downloading as soon as no session
    /// wants anything, not only after half a minute.
    /// </param>
    /// <param name="allowFork">Whether it moves to a higher fork of a peer, if nobody opened it before.</param>
    public async Task<JsCore> OpenCoreAsync(
        string key,
        string? encryptionKey = null,
        bool idle = false,
        bool allowFork = true
    ) =>
        new(
            Partner,
            await Partner.CallAsync<JsCore.State>(
                "store.open-core",
                new
                {
                    store = Handle,
                    key,
                    encryptionKey,
                    idle,
                    allowFork,
                }
            )
        );

    /// <summary>The core of a name, whose blocks are encrypted.</summary>
    public async Task<JsCore> GetEncryptedAsync(string name, string encryptionKey) =>
        new(
            Partner,
            await Partner.CallAsync<JsCore.State>(
                "store.open-core",
                new
                {
                    store = Handle,
                    name,
                    encryptionKey,
                }
            )
        );

    /// <summary>Replicates all cores over a stream that was attached in mode <see cref="StreamMode.None"/>.</summary>
    public Task ReplicateAsync(JsStream stream) =>
        Partner.CallAsync("store.replicate", new { store = Handle, stream = stream.Handle });

    public async ValueTask DisposeAsync() => await Partner.CallAsync("store.close", new { store = Handle });
}
