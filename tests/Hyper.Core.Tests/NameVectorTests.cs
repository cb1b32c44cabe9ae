using System.Text.Json;
using Hyper.Encoding;

namespace Hyper.Core.Tests;

/// <summary>Names, namespaces and what becomes of cores that are not there, against corestore 7.5.0.</summary>
public sealed class NameVectorTests
{
    private const string File = "corestore.json";

    private static readonly byte[] _binary = [0, 1, 0xff];

    [Fact]
    public void Names_have_the_keys_of_JavaScript_in_every_namespace() =>
        InWorld.Run(async loop =>
        {
            await using var store = CorestoreStorage.CreateInMemory(loop);
            var primaryKey = Vectors.One(File, "name/default/a").Input().Hex32("primaryKey");
            var root = await Corestore.OpenAsync(store, primaryKey);
            var count = 0;
            foreach (var vector in Vectors.All(File, "name/").Where(vector => vector.Id() != "name/mv2/a"))
            {
                var (names, space) = vector.Id() switch
                {
                    "name/one/a" => (root.Namespace("one"), "namespace/one"),
                    "name/one/two/a" => (root.Namespace("one").Namespace("two"), "namespace/one/two"),
                    "name/bin/a" => (root.Namespace(_binary), "namespace/bin 0001ff"),
                    _ => (root, null),
                };
                if (space is not null)
                    Assert.Equal(Vectors.One(File, space).Expected().GetString(), vector.Input().Text("ns"));
                await using var core = await names.GetAsync(vector.Input().Text("name"));
                Check(vector.Expected(), core);
                using var keyPair = names.CreateKeyPair(vector.Input().Text("name"));
                var secretKey = new byte[Crypto.KeyPair.SecretKeyBytes];
                keyPair.ExportSecretKey(secretKey);
                Assert.Equal(vector.Expected().Hex("secretKey"), secretKey);
                Assert.Equal(vector.Expected().Hex32("publicKey"), keyPair.PublicKey);
                count++;
            }
            Assert.Equal(8, count);
            var list = Vectors.One(File, "list").Expected();
            // One more was made there with a manifest of version 2, which is not made by name here.
            var second = Vectors.One(File, "name/mv2/a").Expected().Text("discoveryKey");
            Assert.Equal(
                Texts(list.GetProperty("all")).Where(key => key != second),
                (await store.ListAsync()).Select(key => key.ToHex())
            );
            var one = new Bytes32(Vectors.One(File, "namespace/one").Expected().Hex());
            Assert.Equal(
                Texts(list.GetProperty("one")),
                (await store.ListCoresAsync())
                    .Where(core => core.Namespace == one)
                    .Select(core => core.DiscoveryKey.ToHex())
            );
        });

    [Fact]
    public void Manifest_of_version_2_has_the_key_that_JavaScript_gives_to_a_name()
    {
        var expected = Vectors.One(File, "name/mv2/a").Expected();
        var options = new ManifestOptions { Version = 2, Signers = [new(expected.Hex32("publicKey"))] };
        Assert.Equal(expected.Hex32("key"), Manifest.Create(options).ComputeKey());
        var usual = Vectors.One(File, "note/session-manifestVersion-0").Expected().Number("manifestVersion");
        Assert.Equal((int)usual, Manifest.ForSigner(expected.Hex32("publicKey")).Version);
    }

    [Fact]
    public void Core_that_is_not_there_is_refused_and_one_that_is_there_is_one() =>
        InWorld.Run(async loop =>
        {
            await using var store = CorestoreStorage.CreateInMemory(loop);
            var names = await Corestore.OpenAsync(store);
            await using var byName = await names.GetAsync("a");
            await using var byKey = await names.GetAsync(byName.Key);
            await using var byDiscoveryKey = await names.GetStoredAsync(byName.DiscoveryKey);
            var same = Vectors.One(File, "get/same-core").Expected();
            Assert.True(same.GetProperty("sameCoreObject").GetBoolean());
            Assert.Same(byName.Core, byKey.Core);
            Assert.Same(byName.Core, byDiscoveryKey.Core);
            Assert.Equal(
                same.GetProperty("writable").EnumerateArray().Select(writable => writable.GetBoolean()),
                [byName.IsWritable, byKey.IsWritable, byDiscoveryKey.IsWritable]
            );
            await using var again = await names.GetAsync("a");
            Assert.Same(byName.Core, again.Core);
            await Assert.ThrowsAsync<HypercoreException>(() => Corestore.OpenAsync(store, byName.Key));
            await RefusesAsync("get/unknown-discoveryKey", () => names.GetStoredAsync(byName.Key));
            await RefusesAsync(
                "get/createIfMissing-false",
                () => names.GetAsync(byName.DiscoveryKey, createIfMissing: false)
            );
        });

    private static async Task RefusesAsync(string id, Func<Task> open)
    {
        var error = await Assert.ThrowsAsync<HypercoreException>(open);
        Assert.Equal(Vectors.One(File, id).Expected().GetString(), error.Code);
    }

    private static void Check(JsonElement expected, Hypercore core)
    {
        Assert.Equal(expected.Hex32("key"), core.Key);
        Assert.Equal(expected.Hex32("discoveryKey"), core.DiscoveryKey);
        Assert.Equal(expected.Text("id"), CoreId.Encode(core.Key));
        Assert.True(core.IsWritable);
    }

    private static IEnumerable<string> Texts(JsonElement keys) => keys.EnumerateArray().Select(key => key.GetString()!);
}
