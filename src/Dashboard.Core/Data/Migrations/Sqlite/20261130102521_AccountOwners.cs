using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Dashboard.Core.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class AccountOwners : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "ServiceAccountOwners",
                columns: table => new
                {
                    ServiceAccountId = table.Column<string>(type: "TEXT", unicode: false, maxLength: 64, nullable: false),
                    UserId = table.Column<string>(type: "TEXT", unicode: false, maxLength: 64, nullable: false),
                    OrganizationId = table.Column<long>(type: "INTEGER", nullable: false),
                    Position = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ServiceAccountOwners", x => new { x.ServiceAccountId, x.UserId });
                    table.ForeignKey(
                        name: "FK_ServiceAccountOwners_ServiceAccounts_ServiceAccountId",
                        column: x => x.ServiceAccountId,
                        principalTable: "ServiceAccounts",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "IX_ServiceAccountOwners_UserId_OrganizationId",
                table: "ServiceAccountOwners",
                columns: new[] { "UserId", "OrganizationId" });

            // The owner, or the creator where nobody was chosen, becomes the first of the owners.
            migrationBuilder.Sql("INSERT INTO \"ServiceAccountOwners\" (\"ServiceAccountId\", \"UserId\", \"OrganizationId\", \"Position\") SELECT \"Id\", COALESCE(\"OwnerId\", \"CreatedBy\"), \"OrganizationId\", 0 FROM \"ServiceAccounts\"");

            // Not by EF's operation, which copies the whole table outside of the transaction.
            migrationBuilder.Sql("ALTER TABLE \"ServiceAccounts\" DROP COLUMN \"OwnerId\"");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "OwnerId",
                table: "ServiceAccounts",
                type: "TEXT",
                unicode: false,
                maxLength: 64,
                nullable: true);

            // Of several owners the first is kept.
            migrationBuilder.Sql("UPDATE \"ServiceAccounts\" SET \"OwnerId\" = (SELECT MIN(\"first\".\"UserId\") FROM \"ServiceAccountOwners\" AS \"first\" WHERE \"first\".\"ServiceAccountId\" = \"ServiceAccounts\".\"Id\" AND \"first\".\"Position\" = (SELECT MIN(\"each\".\"Position\") FROM \"ServiceAccountOwners\" AS \"each\" WHERE \"each\".\"ServiceAccountId\" = \"ServiceAccounts\".\"Id\"))");

            migrationBuilder.DropTable(
                name: "ServiceAccountOwners");
        }
    }
}
