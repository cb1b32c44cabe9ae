using Hyper.Encoding.Json;
using Intercom.Bridge;
using Intercom.Node.Store;
using TestKit;

namespace Intercom.Node.Tests;

public sealed class CredentialFileTests : IDisposable
{
    private static readonly DateTimeOffset _now = DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_000);

    private readonly string _directory = Directory.CreateTempSubdirectory("intercom-").FullName;
    private readonly PeerStore _store;

    public CredentialFileTests() => _store = new PeerStore(_directory, "peer");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Read_of_what_was_added_gives_it_back_and_the_token_is_not_in_the_file()
    {
        Assert.Empty(CredentialFile.Read(_store));
        var token = CredentialToken.Generate();
        var made = Make("agent") with
        {
            Credential = Make("agent").Credential with
            {
                TokenHash = BridgeCredential.HashOf(token),
                Scopes = BridgeScopes.Read | BridgeScopes.Send | BridgeScopes.Cli,
                SendChannels = ["chan1", "chan2"],
                ExpiresAt = _now.AddDays(1),
            },
        };
        await CredentialFile.AddAsync(_store, made, _now);
        var (read, created) = Assert.Single(CredentialFile.Read(_store));
        Assert.Equal(_now, created);
        Assert.Equal("agent", read.Id);
        Assert.Equal(made.Credential.TokenHash.ToArray(), read.TokenHash.ToArray());
        Assert.Equal(made.Credential.Scopes, read.Scopes);
        Assert.Null(read.ReadChannels);
        Assert.Equal(["chan1", "chan2"], read.SendChannels!);
        Assert.Equal(_now.AddDays(1), read.ExpiresAt);
        Assert.DoesNotContain(token, await File.ReadAllTextAsync(_store.CredentialsPath));
        Assert.True(await CredentialFile.RemoveAsync(_store, "agent"));
        Assert.False(await CredentialFile.RemoveAsync(_store, "agent"));
        Assert.Empty(CredentialFile.Read(_store));
    }

    [Fact]
    public async Task File_is_the_owners_alone()
    {
        await CredentialFile.AddAsync(_store, Make("agent"), _now);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_store.CredentialsPath));
    }

    [Fact]
    public async Task Members_that_are_not_known_stay()
    {
        Directory.CreateDirectory(_store.Directory);
        await File.WriteAllTextAsync(
            _store.CredentialsPath,
            """{"version":1,"later":{"a":1},"credentials":[{"id":"x","note":"kept","hash":"no hash"}]}"""
        );
        await CredentialFile.AddAsync(_store, Make("agent"), _now);
        await CredentialFile.RemoveAsync(_store, "agent");
        Assert.Equal(
            """{"version":1,"later":{"a":1},"credentials":[{"id":"x","note":"kept","hash":"no hash"}]}""",
            (await File.ReadAllTextAsync(_store.CredentialsPath)).TrimEnd()
        );
    }

    [Fact]
    public async Task Changes_at_the_same_time_are_all_made()
    {
        await Task.WhenAll(
            Enumerable
                .Range(0, 24)
                .Select(i => Task.Run(() => CredentialFile.AddAsync(_store, Make($"agent{i}"), _now)))
        );
        Assert.Equal(24, CredentialFile.Read(_store).Count);
    }

    [Fact]
    public async Task An_id_is_taken_once()
    {
        await CredentialFile.AddAsync(_store, Make("agent"), _now);
        var error = await Assert.ThrowsAsync<PeerStoreException>(() =>
            CredentialFile.AddAsync(_store, Make("agent"), _now)
        );
        Assert.Equal(PeerStoreException.Exists, error.Code);
    }

    [Fact]
    public async Task Beyond_the_bound_the_expired_give_way_and_then_it_is_refused()
    {
        var json = new JsObject { ["version"] = 1, ["credentials"] = new JsArray() };
        for (var i = 0; i < CredentialFile.MaxCredentials; i++)
        {
            var entry = CredentialJson.Write(Make($"agent{i}"));
            if (i == 7)
                entry["expiresAt"] = 1;
            json.GetArray("credentials")!.Add(entry);
        }
        Directory.CreateDirectory(_store.Directory);
        await File.WriteAllTextAsync(_store.CredentialsPath, JsJson.Stringify(json));
        await CredentialFile.AddAsync(_store, Make("one more"), _now);
        Assert.DoesNotContain(CredentialFile.Read(_store), stored => stored.Credential.Id == "agent7");
        var error = await Assert.ThrowsAsync<PeerStoreException>(() =>
            CredentialFile.AddAsync(_store, Make("too many"), _now)
        );
        Assert.Equal(PeerStoreException.Full, error.Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"version\":2,\"credentials\":[]}")]
    [InlineData("{\"version\":1,\"credentials\":{}}")]
    public async Task Damaged_file_is_neither_read_nor_replaced(string content)
    {
        Directory.CreateDirectory(_store.Directory);
        await File.WriteAllTextAsync(_store.CredentialsPath, content);
        Assert.Null(CredentialFile.TryParse(await File.ReadAllBytesAsync(_store.CredentialsPath)));
        var error = await Assert.ThrowsAsync<PeerStoreException>(() =>
            CredentialFile.AddAsync(_store, Make("agent"), _now)
        );
        Assert.Equal(PeerStoreException.Damaged, error.Code);
        Assert.Equal(content, await File.ReadAllTextAsync(_store.CredentialsPath));
    }

    [Theory]
    [InlineData("\"readChannels\":\"c1\"")]
    [InlineData("\"sendChannels\":[1]")]
    [InlineData("\"expiresAt\":\"tomorrow\"")]
    [InlineData("\"expiresAt\":null")]
    [InlineData("\"expiresAt\":-1")]
    public void Restriction_that_is_not_understood_lets_nobody_in(string member)
    {
        var hash = new string('0', 64);
        var text = $$"""{"version":1,"credentials":[{"id":"a","hash":"{{hash}}","scopes":["read"],{{member}}}]}""";
        Assert.Empty(CredentialFile.TryParse(TextEncoding.UTF8.GetBytes(text))!);
    }

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Fuzz)]
    public void TryParse_of_anything_never_throws_and_gives_only_whole_credentials()
    {
        var json = new JsObject { ["version"] = 1, ["credentials"] = new JsArray(CredentialJson.Write(Make("agent"))) };
        var inputs = new RandomBytes(
            TestSeed.NewRandom(),
            [
                JsJson.StringifyToUtf8(json),
                "{\"version\":1,\"credentials\":[{\"expiresAt\":1e300,\"scopes\":[\"read\"]}]}"u8.ToArray(),
            ]
        );
        for (var left = FuzzBudget.Inputs(); left > 0; left--)
        {
            foreach (var (credential, _) in CredentialFile.TryParse(inputs.Next()) ?? [])
            {
                Assert.NotEmpty(credential.Id);
                Assert.Equal(32, credential.TokenHash.Length);
            }
        }
    }

    private static StoredCredential Make(string id) =>
        new(
            new BridgeCredential
            {
                Id = id,
                TokenHash = BridgeCredential.HashOf(id),
                Scopes = BridgeScopes.Read,
            },
            _now
        );
}
