using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Dashboard.Core.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class ServiceAccountSecrets : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // A new table and not a new key for the old: SQLite would build it anew outside of the transaction.
            migrationBuilder.DropIndex(
                name: "IX_ServiceAccountCredentials_ServiceAccountId",
                table: "ServiceAccountCredentials");

            migrationBuilder.RenameTable(
                name: "ServiceAccountCredentials",
                newName: "ServiceAccountCredentialsBefore");

            migrationBuilder.CreateTable(
                name: "ServiceAccountCredentials",
                columns: table => new
                {
                    Id = table.Column<string>(type: "TEXT", unicode: false, maxLength: 64, nullable: false),
                    ClientId = table.Column<string>(type: "TEXT", unicode: false, maxLength: 64, nullable: false),
                    ServiceAccountId = table.Column<string>(type: "TEXT", unicode: false, maxLength: 64, nullable: false),
                    SecretHash = table.Column<byte[]>(type: "BLOB", fixedLength: true, maxLength: 32, nullable: false),
                    Hint = table.Column<string>(type: "TEXT", unicode: false, maxLength: 11, nullable: true),
                    CreatedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    LastUsedAt = table.Column<long>(type: "INTEGER", nullable: true),
                    RevokedAt = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ServiceAccountCredentials", x => x.Id);
                    table.ForeignKey(
                        name: "FK_ServiceAccountCredentials_ServiceAccounts_ServiceAccountId",
                        column: x => x.ServiceAccountId,
                        principalTable: "ServiceAccounts",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            // One row an account so far: the secret is called by what its client id ends in.
            migrationBuilder.Sql("""
                INSERT INTO "ServiceAccountCredentials" ("Id", "ClientId", "ServiceAccountId", "SecretHash", "CreatedAt", "RevokedAt")
                SELECT 'cs_' || substr("ClientId", 13), "ClientId", "ServiceAccountId", "SecretHash", "CreatedAt", "RevokedAt" FROM "ServiceAccountCredentialsBefore"
                """);

            migrationBuilder.DropTable(
                name: "ServiceAccountCredentialsBefore");

            migrationBuilder.CreateIndex(
                name: "IX_ServiceAccountCredentials_ClientId",
                table: "ServiceAccountCredentials",
                column: "ClientId");

            migrationBuilder.CreateIndex(
                name: "IX_ServiceAccountCredentials_ServiceAccountId",
                table: "ServiceAccountCredentials",
                column: "ServiceAccountId");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropPrimaryKey(
                name: "PK_ServiceAccountCredentials",
                table: "ServiceAccountCredentials");

            migrationBuilder.DropIndex(
                name: "IX_ServiceAccountCredentials_ClientId",
                table: "ServiceAccountCredentials");

            migrationBuilder.DropColumn(
                name: "Id",
                table: "ServiceAccountCredentials");

            migrationBuilder.DropColumn(
                name: "Hint",
                table: "ServiceAccountCredentials");

            migrationBuilder.DropColumn(
                name: "LastUsedAt",
                table: "ServiceAccountCredentials");

            migrationBuilder.AddPrimaryKey(
                name: "PK_ServiceAccountCredentials",
                table: "ServiceAccountCredentials",
                column: "ClientId");
        }
    }
}
