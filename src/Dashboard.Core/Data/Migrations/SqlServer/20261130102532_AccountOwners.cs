using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Dashboard.Core.Data.Migrations.SqlServer
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
                    ServiceAccountId = table.Column<string>(type: "varchar(64)", unicode: false, maxLength: 64, nullable: false, collation: "Latin1_General_100_BIN2_UTF8"),
                    UserId = table.Column<string>(type: "varchar(64)", unicode: false, maxLength: 64, nullable: false, collation: "Latin1_General_100_BIN2_UTF8"),
                    OrganizationId = table.Column<long>(type: "bigint", nullable: false),
                    Position = table.Column<int>(type: "int", nullable: false)
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
            // A statement of its own: a script is compiled whole, and a second time the column is gone.
            migrationBuilder.Sql("EXEC(N'INSERT INTO [ServiceAccountOwners] ([ServiceAccountId], [UserId], [OrganizationId], [Position]) SELECT [Id], COALESCE([OwnerId], [CreatedBy]), [OrganizationId], 0 FROM [ServiceAccounts]')");

            migrationBuilder.DropColumn(
                name: "OwnerId",
                table: "ServiceAccounts");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "OwnerId",
                table: "ServiceAccounts",
                type: "varchar(64)",
                unicode: false,
                maxLength: 64,
                nullable: true,
                collation: "Latin1_General_100_BIN2_UTF8");

            // Of several owners the first is kept.
            migrationBuilder.Sql("EXEC(N'UPDATE [ServiceAccounts] SET [OwnerId] = (SELECT MIN([first].[UserId]) FROM [ServiceAccountOwners] AS [first] WHERE [first].[ServiceAccountId] = [ServiceAccounts].[Id] AND [first].[Position] = (SELECT MIN([each].[Position]) FROM [ServiceAccountOwners] AS [each] WHERE [each].[ServiceAccountId] = [ServiceAccounts].[Id]))')");

            migrationBuilder.DropTable(
                name: "ServiceAccountOwners");
        }
    }
}
