using System.Text.Json;
using Dashboard.Tests.E2E.Support;
using Xunit;

namespace Dashboard.Tests.E2E.Audit;

/// <summary>The audit log through the REST API.</summary>
[Collection(typeof(StoppedCollection))]
public sealed class AuditApiTests(StoppedProduct stopped)
{
    [Fact]
    public async Task Changes_and_sign_ins_are_listed_exported_and_verified()
    {
        using var organization = await OwnOrganization.AddAsync(stopped.Product);
        var owner = organization.Owner;
        var (_, key) = await owner.CreateKeyAsync(new { name = "=cmd()", environment = "live" });
        await owner.PatchAsync($"/api/keys/{key}", new { name = "Backend" });

        var rows = (await owner.GetAsync("/api/audit")).Json.GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(["key.created", "key.renamed", "session.started"], rows.Select(row => row.GetProperty("action").GetString())
            .Order(StringComparer.Ordinal));
        var renamed = (await owner.GetAsync($"/api/audit?target={key}&category=keys&outcome=succeeded&network=127.0.0.1&limit=1")).Json;
        var row = Assert.Single(renamed.GetProperty("items").EnumerateArray());
        Assert.Equal(
            ("key.renamed", 2, "127.0.0.1", "127.0.0.0/24", "user", "Backend", "=cmd()"),
            (row.GetProperty("action").GetString(), row.GetProperty("sequence").GetInt64(), row.GetProperty("address")
                .GetString(), row.GetProperty("network").GetString(),
                row.GetProperty("actor").GetProperty("type").GetString(), row.GetProperty("target").GetProperty("name").GetString(),
                row.GetProperty("details").GetProperty("from").GetString()));
        Assert.Equal(JsonValueKind.String, renamed.GetProperty("next_cursor").ValueKind);

        Assert.Equal(400, (await owner.GetAsync("/api/audit?outcome=failed")).Status);
        Assert.Equal(400, (await owner.GetAsync("/api/audit/export?outcome=failed")).Status);

        var csv = await owner.GetAsync("/api/audit/export?category=keys");
        Assert.Equal(
            (200, "text/csv", "attachment; filename=\"audit-log.csv\""), (csv.Status, csv.MediaType, csv.Header("Content-Disposition")));
        var lines = csv.Text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal((3, true), (lines.Length, lines[0].StartsWith("id,at,actor_type,", StringComparison.Ordinal)));
        Assert.Contains(",\"'=cmd()\",", lines[2], StringComparison.Ordinal);
        var json = await owner.GetAsync("/api/audit/export?format=jsonl&category=keys");
        Assert.Equal("application/jsonl", json.MediaType);
        Assert.Equal(2, json.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line)).Count());

        var head = (await owner.GetAsync("/api/audit/head")).Json;
        Assert.Equal((organization.Slug, 2), (head.GetProperty("organization").GetString(), head.GetProperty("sequence").GetInt64()));
        var found = (await owner.PostAsync("/api/audit/verify", new { head = head.GetProperty("head").GetString() })).Json;
        Assert.Equal(
            (true, 2, "found"), (found.GetProperty("intact").GetBoolean(), found.GetProperty("rows")
                .GetInt64(), found.GetProperty("recorded_head").GetString()));
        found = (await owner.PostAsync("/api/audit/verify",
            new { head = head.GetProperty("head").GetString()!.Replace(":2:", ":9:", StringComparison.Ordinal) })).Json;
        Assert.Equal(
            (false, 3, "recorded_head", "missing"),
            (found.GetProperty("intact").GetBoolean(), found.GetProperty("broken_row")
                .GetInt64(), found.GetProperty("fault").GetString(), found.GetProperty("recorded_head").GetString()));
    }
}
