using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Dashboard.Core.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class TokensWithoutRows : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "TokenGeneration",
                table: "ServiceAccounts",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

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
                name: "IX_OAuthRevokedTokens_ExpiresAt",
                table: "OAuthRevokedTokens",
                column: "ExpiresAt");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "OAuthRevokedTokens");

            migrationBuilder.DropColumn(
                name: "TokenGeneration",
                table: "ServiceAccounts");
        }
    }
}
