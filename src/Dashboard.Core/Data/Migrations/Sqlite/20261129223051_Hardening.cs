using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Dashboard.Core.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Hardening : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_AuditEntries_ChainId_TargetId_Sequence",
                table: "AuditEntries");

            migrationBuilder.AddColumn<long>(
                name: "ConfirmedAt",
                table: "Sessions",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "IdleAt",
                table: "Sessions",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "LastSeenAt",
                table: "Sessions",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<bool>(
                name: "Remembered",
                table: "Sessions",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<byte[]>(
                name: "SecretHash",
                table: "Sessions",
                type: "BLOB",
                fixedLength: true,
                maxLength: 32,
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "TokenGeneration",
                table: "ServiceAccounts",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<int>(
                name: "ActiveKeys",
                table: "Projects",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "Network",
                table: "OAuthDeviceCodes",
                type: "TEXT",
                unicode: false,
                maxLength: 64,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Network",
                table: "OAuthClients",
                type: "TEXT",
                unicode: false,
                maxLength: 64,
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "RequestedAt",
                table: "OAuthClients",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Network",
                table: "AuditEntries",
                type: "TEXT",
                unicode: false,
                maxLength: 64,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "AdminAllowedIps",
                table: "ApiKeys",
                type: "TEXT",
                unicode: false,
                maxLength: 2199,
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "AdminRequestsPerMinute",
                table: "ApiKeys",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "Counted",
                table: "ApiKeys",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<bool>(
                name: "DisabledByAdmin",
                table: "ApiKeys",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            // What the new columns hold for rows that are there already: without it every project would count no key.
            migrationBuilder.Sql("UPDATE \"ApiKeys\" SET \"Counted\" = 1 WHERE \"Shelf\" IN (0, 1)");
            migrationBuilder.Sql("UPDATE \"Projects\" SET \"ActiveKeys\" = (SELECT COUNT(*) FROM \"ApiKeys\" WHERE \"ApiKeys\".\"ProjectId\" = \"Projects\".\"Id\" AND \"ApiKeys\".\"Counted\" = 1)");
            migrationBuilder.Sql("UPDATE \"AuditEntries\" SET \"Network\" = rtrim(\"Address\", '0123456789') || '0/24' WHERE \"Address\" LIKE '%.%.%.%' AND \"Address\" NOT LIKE '%:%'");

            migrationBuilder.CreateTable(
                name: "KnownBrowsers",
                columns: table => new
                {
                    SecretHash = table.Column<byte[]>(type: "BLOB", fixedLength: true, maxLength: 32, nullable: false),
                    UserId = table.Column<string>(type: "TEXT", unicode: false, maxLength: 64, nullable: false),
                    PasswordMark = table.Column<byte[]>(type: "BLOB", fixedLength: true, maxLength: 32, nullable: false),
                    Failures = table.Column<int>(type: "INTEGER", nullable: false),
                    LastUsedAt = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_KnownBrowsers", x => x.SecretHash);
                    table.ForeignKey(
                        name: "FK_KnownBrowsers_AspNetUsers_UserId",
                        column: x => x.UserId,
                        principalTable: "AspNetUsers",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "OAuthRevokedTokens",
                columns: table => new
                {
                    Jti = table.Column<string>(type: "TEXT", unicode: false, maxLength: 64, nullable: false),
                    RevokedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    ExpiresAt = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_OAuthRevokedTokens", x => x.Jti);
                });

            migrationBuilder.CreateIndex(
                name: "IX_Sessions_SecretHash",
                table: "Sessions",
                column: "SecretHash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_OAuthDeviceCodes_Network",
                table: "OAuthDeviceCodes",
                column: "Network");

            migrationBuilder.CreateIndex(
                name: "IX_AuditEntries_ChainId_ActorId_At_Sequence",
                table: "AuditEntries",
                columns: new[] { "ChainId", "ActorId", "At", "Sequence" });

            migrationBuilder.CreateIndex(
                name: "IX_AuditEntries_ChainId_At_Sequence",
                table: "AuditEntries",
                columns: new[] { "ChainId", "At", "Sequence" });

            migrationBuilder.CreateIndex(
                name: "IX_AuditEntries_ChainId_Category_At_Sequence",
                table: "AuditEntries",
                columns: new[] { "ChainId", "Category", "At", "Sequence" });

            migrationBuilder.CreateIndex(
                name: "IX_AuditEntries_ChainId_Network_At_Sequence",
                table: "AuditEntries",
                columns: new[] { "ChainId", "Network", "At", "Sequence" });

            migrationBuilder.CreateIndex(
                name: "IX_AuditEntries_ChainId_Succeeded_At_Sequence",
                table: "AuditEntries",
                columns: new[] { "ChainId", "Succeeded", "At", "Sequence" });

            migrationBuilder.CreateIndex(
                name: "IX_AuditEntries_ChainId_TargetId_At_Sequence",
                table: "AuditEntries",
                columns: new[] { "ChainId", "TargetId", "At", "Sequence" });

            migrationBuilder.CreateIndex(
                name: "IX_ApiKeys_ProjectId_Counted_ExpiryOrder",
                table: "ApiKeys",
                columns: new[] { "ProjectId", "Counted", "ExpiryOrder" });

            migrationBuilder.CreateIndex(
                name: "IX_KnownBrowsers_UserId_LastUsedAt",
                table: "KnownBrowsers",
                columns: new[] { "UserId", "LastUsedAt" });

            migrationBuilder.CreateIndex(
                name: "IX_OAuthRevokedTokens_ExpiresAt",
                table: "OAuthRevokedTokens",
                column: "ExpiresAt");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "KnownBrowsers");

            migrationBuilder.DropTable(
                name: "OAuthRevokedTokens");

            migrationBuilder.DropIndex(
                name: "IX_Sessions_SecretHash",
                table: "Sessions");

            migrationBuilder.DropIndex(
                name: "IX_OAuthDeviceCodes_Network",
                table: "OAuthDeviceCodes");

            migrationBuilder.DropIndex(
                name: "IX_AuditEntries_ChainId_ActorId_At_Sequence",
                table: "AuditEntries");

            migrationBuilder.DropIndex(
                name: "IX_AuditEntries_ChainId_At_Sequence",
                table: "AuditEntries");

            migrationBuilder.DropIndex(
                name: "IX_AuditEntries_ChainId_Category_At_Sequence",
                table: "AuditEntries");

            migrationBuilder.DropIndex(
                name: "IX_AuditEntries_ChainId_Network_At_Sequence",
                table: "AuditEntries");

            migrationBuilder.DropIndex(
                name: "IX_AuditEntries_ChainId_Succeeded_At_Sequence",
                table: "AuditEntries");

            migrationBuilder.DropIndex(
                name: "IX_AuditEntries_ChainId_TargetId_At_Sequence",
                table: "AuditEntries");

            migrationBuilder.DropIndex(
                name: "IX_ApiKeys_ProjectId_Counted_ExpiryOrder",
                table: "ApiKeys");

            migrationBuilder.DropColumn(
                name: "ConfirmedAt",
                table: "Sessions");

            migrationBuilder.DropColumn(
                name: "IdleAt",
                table: "Sessions");

            migrationBuilder.DropColumn(
                name: "LastSeenAt",
                table: "Sessions");

            migrationBuilder.DropColumn(
                name: "Remembered",
                table: "Sessions");

            migrationBuilder.DropColumn(
                name: "SecretHash",
                table: "Sessions");

            migrationBuilder.DropColumn(
                name: "TokenGeneration",
                table: "ServiceAccounts");

            migrationBuilder.DropColumn(
                name: "ActiveKeys",
                table: "Projects");

            migrationBuilder.DropColumn(
                name: "Network",
                table: "OAuthDeviceCodes");

            migrationBuilder.DropColumn(
                name: "Network",
                table: "OAuthClients");

            migrationBuilder.DropColumn(
                name: "RequestedAt",
                table: "OAuthClients");

            migrationBuilder.DropColumn(
                name: "Network",
                table: "AuditEntries");

            migrationBuilder.DropColumn(
                name: "AdminAllowedIps",
                table: "ApiKeys");

            migrationBuilder.DropColumn(
                name: "AdminRequestsPerMinute",
                table: "ApiKeys");

            migrationBuilder.DropColumn(
                name: "Counted",
                table: "ApiKeys");

            migrationBuilder.DropColumn(
                name: "DisabledByAdmin",
                table: "ApiKeys");

            migrationBuilder.CreateIndex(
                name: "IX_AuditEntries_ChainId_TargetId_Sequence",
                table: "AuditEntries",
                columns: new[] { "ChainId", "TargetId", "Sequence" });
        }
    }
}
