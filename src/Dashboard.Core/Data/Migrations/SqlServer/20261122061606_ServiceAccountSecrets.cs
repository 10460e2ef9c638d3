using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Dashboard.Core.Data.Migrations.SqlServer
{
    /// <inheritdoc />
    public partial class ServiceAccountSecrets : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "Id",
                table: "ServiceAccountCredentials",
                type: "varchar(64)",
                unicode: false,
                maxLength: 64,
                nullable: false,
                defaultValue: "",
                collation: "Latin1_General_100_BIN2");

            migrationBuilder.AddColumn<string>(
                name: "Hint",
                table: "ServiceAccountCredentials",
                type: "varchar(11)",
                unicode: false,
                maxLength: 11,
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "LastUsedAt",
                table: "ServiceAccountCredentials",
                type: "bigint",
                nullable: true);

            // One row an account so far: the secret is called by what its client id ends in.
            migrationBuilder.Sql("UPDATE [ServiceAccountCredentials] SET [Id] = 'cs_' + SUBSTRING([ClientId], 13, 52)");

            migrationBuilder.DropPrimaryKey(
                name: "PK_ServiceAccountCredentials",
                table: "ServiceAccountCredentials");

            migrationBuilder.AddPrimaryKey(
                name: "PK_ServiceAccountCredentials",
                table: "ServiceAccountCredentials",
                column: "Id");

            migrationBuilder.CreateIndex(
                name: "IX_ServiceAccountCredentials_ClientId",
                table: "ServiceAccountCredentials",
                column: "ClientId");
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
